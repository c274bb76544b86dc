// Package arch holds the house rules that the compiler does not know: who may import whom, what a workflow may not touch,
// how long a file may grow. Its tests apply them to every file of this repository, the nested module included; a finding
// says what to do about it.
package arch
