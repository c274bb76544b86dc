package richtext

import "strings"

// wikiList is a list while it is read.
type wikiList struct {
	sign  byte
	items []*wikiItem
}

// wikiItem is an item while it is read; lines are its open paragraph.
type wikiItem struct {
	p      *wikiParser
	lines  []string
	blocks []wikiBlock
}

// wikiBlock is a block of an item: a list or another node.
type wikiBlock struct {
	node Node
	list *wikiList
}

func (i *wikiItem) end() {
	if i.lines != nil {
		text := strings.Join(i.lines, "\n")
		i.blocks = append(i.blocks, wikiBlock{node: Node{Kind: Paragraph, Children: i.p.inlines(text)}})
		i.lines = nil
	}
}

func (l *wikiList) last() *wikiItem { return l.items[len(l.items)-1] }

// lastItem returns the item that continues, nil outside lists.
func (p *wikiParser) lastItem() *wikiItem {
	if len(p.lists) == 0 {
		return nil
	}
	return p.lists[len(p.lists)-1].last()
}

// item adds an item. Each sign names the list of one level: "*#" is an item
// of an ordered list in an item of a bullet list.
func (p *wikiParser) item(signs, text string) {
	for level := range len(signs) {
		sign := signs[level]
		if level < len(p.lists) && p.lists[level].sign == sign {
			continue
		}
		if level == 0 {
			p.endLists()
		}
		list := &wikiList{sign: sign}
		p.lists = append(p.lists[:level], list)
		if level > 0 {
			outer := p.lists[level-1].last()
			outer.end()
			outer.blocks = append(outer.blocks, wikiBlock{list: list})
		}
		if level+1 < len(signs) {
			list.items = append(list.items, &wikiItem{p: p})
		}
	}
	p.lists = p.lists[:len(signs)]
	list := p.lists[len(signs)-1]
	list.items = append(list.items, &wikiItem{p: p, lines: []string{text}})
}

func (p *wikiParser) endLists() {
	if len(p.lists) > 0 {
		p.add(p.lists[0].node())
	}
	p.lists = nil
}

func (l *wikiList) node() Node {
	n := Node{Kind: BulletList}
	if l.sign == '#' {
		n.Kind, n.Level = OrderedList, 1
	}
	for _, i := range l.items {
		i.end()
		item := Node{Kind: Item}
		for _, b := range i.blocks {
			if b.list != nil {
				b.node = b.list.node()
			}
			item.Children = append(item.Children, b.node)
		}
		n.Children = append(n.Children, item)
	}
	return n
}
