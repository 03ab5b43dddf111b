package mapping

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
)

// Limits of an expression. They are far above what a mapping needs and far
// below what a run would notice.
const (
	maxExpression = 4096    // characters
	maxDepth      = 64      // nesting
	maxCost       = 100_000 // CEL's own units, per row
	maxRegexp     = 1000    // size of a compiled pattern
	rowVariable   = "row"
)

// expression is one CEL expression over the cells of a row. Every cell is a
// string, trimmed, and "" where it is blank. `row.work_email` is the column
// whose canonical name is so after everything but letters, digits and
// underscores became an underscore; `row["work e-mail"]` is its plain name.
// Nothing else can be done with row, so the columns that it reads are known
// before the first row, and a misspelled one is found then.
type expression struct {
	program cel.Program
	columns []columnName
}

// columnName is a column as an expression writes it.
type columnName struct {
	written string
	quoted  bool // row["…"], not row.…
}

// newEnvironment returns what all expressions are compiled against: row, the
// standard library of CEL and its extension for strings.
func newEnvironment() (*cel.Env, error) {
	env, err := cel.NewEnv(
		cel.Variable(rowVariable, cel.MapType(cel.StringType, cel.StringType)),
		ext.Strings(),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(maxDepth),
		cel.RegexProgramSizeLimit(maxRegexp),
	)
	if err != nil {
		return nil, fmt.Errorf("set up expressions: %w", err)
	}
	return env, nil
}

// compileExpression compiles a text that must give the wanted type. The detail
// says what is wrong with it; it is "" for a good one.
func compileExpression(env *cel.Env, text string, want *cel.Type) (compiled *expression, detail string) {
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, describe(issues)
	}
	if !checked.OutputType().IsExactType(want) {
		return nil, fmt.Sprintf("gives %s; %s is needed", checked.OutputType(), want)
	}
	columns, ok := columnsOf(checked.NativeRep().Expr())
	if !ok {
		return nil, `uses row in another way than row.name or row["name"]`
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return nil, "cannot be prepared; a constant in it, such as a pattern, may be malformed" // err repeats it
	}
	return &expression{program: program, columns: columns}, ""
}

// describe says where an expression is wrong and in which way. CEL's own words
// repeat constants of the expression, which may be somebody's data.
func describe(issues *cel.Issues) string {
	var all []string
	for _, issue := range issues.Errors() {
		all = append(all, fmt.Sprintf("%d:%d: %s", issue.Location.Line(), issue.Location.Column()+1, inShort(issue.Message)))
	}
	return strings.Join(all, "; ")
}

// inShort tells the kinds of CEL's messages apart by how they begin.
func inShort(message string) string {
	for _, known := range []struct{ start, short string }{
		{"Syntax error: ", "is no expression from here on"},
		{"undeclared reference to ", "a name that there is not; columns are written row.name"},
		{"found no matching overload for ", "values that do not go together here; cells are text until double() or int() reads them"},
		{"undefined field ", "a field that there is not"},
		{"expression code point size exceeds ", "is too long"},
		{"expression recursion limit exceeded", "is nested too deep"},
	} {
		if strings.HasPrefix(message, known.start) {
			return known.short
		}
	}
	return "is not valid here"
}

// columnsOf lists the columns that an expression reads; ok is false where it
// does anything else with row.
func columnsOf(root ast.Expr) (columns []columnName, ok bool) {
	ok = true
	read := map[int64]bool{} // ids of the uses of row that are understood
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.SelectKind:
			if use := e.AsSelect(); isRow(use.Operand()) {
				read[use.Operand().ID()] = true
				columns = append(columns, columnName{written: use.FieldName()})
			}
		case ast.CallKind:
			call := e.AsCall()
			if call.FunctionName() != operators.Index || !isRow(call.Args()[0]) || call.Args()[1].Kind() != ast.LiteralKind {
				return
			}
			if name, isString := call.Args()[1].AsLiteral().(types.String); isString {
				read[call.Args()[0].ID()] = true
				columns = append(columns, columnName{written: string(name), quoted: true})
			}
		case ast.IdentKind:
			ok = ok && (!isRow(e) || read[e.ID()])
		}
	}))
	return columns, ok
}

func isRow(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == rowVariable }

// evaluate computes the expression over the cells that it names. Its error is
// dropped for a bare no: CEL's text repeats values.
func (x *expression) evaluate(activation cel.Activation) (result any, ok bool) {
	value, _, err := x.program.Eval(activation)
	if err != nil {
		return nil, false
	}
	return value.Value(), true
}
