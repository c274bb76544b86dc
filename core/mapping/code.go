package mapping

// The kinds of mistakes, for programs that read diagnostics. They stay the same while texts get better.
const (
	CodeSyntax        = "syntax"         // no YAML or JSON, or a part of it that is not read
	CodeUnknownKey    = "unknown-key"    // a key nobody knows here
	CodeMissingKey    = "missing-key"    // a key that must be there
	CodeWrongType     = "wrong-type"     // a list where text belongs, a condition that is no condition
	CodeWrongValue    = "wrong-value"    // not one of the words, sizes, forms there are
	CodeTwice         = "twice"          // something said twice
	CodeUnknownName   = "unknown-name"   // no such system, side, function or table
	CodeUnknownField  = "unknown-field"  // the system has no such field
	CodeUnknownOption = "unknown-option" // the field has no such option
	CodeReadOnly      = "read-only"      // a field that cannot be written, or not then
	CodeNoConversion  = "no-conversion"  // two kinds that cannot become each other
	CodeNotFed        = "not-fed"        // a new item needs a field that nothing gives
	CodeExpression    = "expression"     // an expression that cannot be read
	CodeFile          = "file"           // a file that is named and cannot be read, or says nothing of ours
	CodeNoMeaning     = "no-meaning"     // a key that says nothing where it stands
	CodeUncovered     = "uncovered"      // a warning: options that no table names
	CodeOther         = "other"
)

// Codes are all of them.
var Codes = []string{CodeSyntax, CodeUnknownKey, CodeMissingKey, CodeWrongType, CodeWrongValue, CodeTwice, CodeUnknownName, CodeUnknownField,
	CodeUnknownOption, CodeReadOnly, CodeNoConversion, CodeNotFed, CodeExpression, CodeFile, CodeNoMeaning, CodeUncovered, CodeOther}
