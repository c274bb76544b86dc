// Package stuck finds pairs whose work has stopped and sets it going again from the store alone.
//
// The workflow of a pair can be lost in ways that the workflow itself cannot mend: it was terminated, its engine was
// lost or set back, the workers fail at it, or a hint never reached it. One pass compares what the store knows with what
// the engine has, decides for each pair with a pure function, and acts. Doing it twice does no harm.
package stuck
