package deploy_test

import (
	"errors"
	"strings"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// selector is one metric of an expression with the labels it is matched by.
type selector struct {
	metric string
	labels []string
}

// query is what a PromQL expression refers to. Labels that groupings name apply to all metrics of the expression.
type query struct {
	selectors []selector
	groupings []string
}

// parse reads an expression as Prometheus does; Grafana's variables are read as what they stand for. Groupings by the labels
// that are left out are refused, because which labels a result has is then not to be seen.
func parse(text string) (q query, err error) {
	text = strings.NewReplacer("$__rate_interval", "5m", "$system", "x", "$connection", "x").Replace(text)
	e, err := parser.ParseExpr(text)
	if err != nil {
		return q, err
	}
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			s := selector{metric: n.Name}
			for _, m := range n.LabelMatchers {
				if m.Name != labels.MetricName {
					s.labels = append(s.labels, m.Name)
				}
			}
			q.selectors = append(q.selectors, s)
		case *parser.AggregateExpr:
			if n.Without {
				err = errors.New("write by, and the labels that are to stay, in the place of without")
			}
			q.groupings = append(q.groupings, n.Grouping...)
		case *parser.BinaryExpr:
			if m := n.VectorMatching; m != nil {
				if !m.On && len(m.MatchingLabels) > 0 {
					err = errors.New("write on, and the labels that are to match, in the place of ignoring")
				}
				q.groupings = append(q.groupings, m.MatchingLabels...)
			}
		}
		return nil
	})
	return q, err
}
