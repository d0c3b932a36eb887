package main

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// document is a YAML file whose ${NAME} are filled in.
type document struct{ file *ast.File }

// lineError says what is wrong in which line; 0 means the file as a whole.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string {
	if e.line == 0 {
		return e.text
	}
	return fmt.Sprintf("第 %d 行：%s", e.line, e.text)
}

// parseDocument reads YAML and fills in the environment's values.
func parseDocument(data []byte, getenv func(string) (string, bool)) (document, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return document{}, inLine(err)
	}
	if len(file.Docs) > 1 {
		return document{}, &lineError{file.Docs[1].Start.Position.Line, "一个文件里只能有一份配置"}
	}
	x := &expander{getenv: getenv}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			ast.Walk(x, doc.Body)
		}
	}
	if x.err != nil {
		return document{}, x.err
	}
	return document{file}, nil
}

// expander fills ${NAME} in, in values only.
type expander struct {
	getenv func(string) (string, bool)
	err    error
}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// Visit is for ast.Walk.
func (x *expander) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.MappingValueNode:
		ast.Walk(x, n.Value) // and not the key
		return nil
	case *ast.StringNode:
		x.fill(n)
	}
	return x
}

func (x *expander) fill(n *ast.StringNode) {
	if !strings.Contains(n.Value, "${") {
		return
	}
	n.Value = variable.ReplaceAllStringFunc(n.Value, func(s string) string {
		name := s[2 : len(s)-1]
		value, ok := x.getenv(name)
		if !ok && x.err == nil {
			x.err = &lineError{n.Token.Position.Line, "没有环境变量 " + name}
		}
		return value
	})
	// Whoever reads the node as text again must find it as it is now.
	n.Token.Type, n.Token.Value, n.Token.Origin = token.DoubleQuoteType, n.Value, strconv.Quote(n.Value)
}

// decode reads the document over what into holds.
func (d document) decode(into any) error {
	root := d.root()
	if root == nil {
		return nil
	}
	err := yaml.NodeToValue(root, into, yaml.Strict())
	if err == nil {
		return nil
	}
	var known yaml.Error
	if !errors.As(err, &known) {
		if t := culprit(root, reflect.TypeOf(into).Elem()); t != nil {
			return &lineError{t.Position.Line, err.Error()}
		}
	}
	return inLine(err)
}

func (d document) root() ast.Node {
	if len(d.file.Docs) == 0 || d.file.Docs[0].Body == nil || d.file.Docs[0].Body.Type() == ast.NullType {
		return nil
	}
	return d.file.Docs[0].Body
}

// inLine puts an error of the YAML library into our words. The library's own
// text would show the lines around, which may hold secrets.
func inLine(err error) error {
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) {
		return &lineError{unknown.Token.Position.Line, fmt.Sprintf("没有 %s 这个设置", unknown.Token.Value)}
	}
	var known yaml.Error
	if errors.As(err, &known) && known.GetToken() != nil {
		return &lineError{known.GetToken().Position.Line, known.GetMessage()}
	}
	return &lineError{0, err.Error()}
}

// culprit finds the value that does not fit its field, where the library does
// not tell. Fields are matched by their yaml tags.
func culprit(n ast.Node, t reflect.Type) *token.Token {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			if found := culpritPair(pair, t); found != nil {
				return found
			}
		}
		return nil
	case *ast.MappingValueNode:
		return culpritPair(n, t)
	case *ast.SequenceNode:
		for _, item := range n.Values {
			if t.Kind() != reflect.Slice {
				return n.GetToken()
			}
			if found := culprit(item, t.Elem()); found != nil {
				return found
			}
		}
		return nil
	}
	if yaml.NodeToValue(n, reflect.New(t).Interface()) != nil {
		return n.GetToken()
	}
	return nil
}

func culpritPair(pair *ast.MappingValueNode, t reflect.Type) *token.Token {
	if t.Kind() != reflect.Struct {
		return pair.GetToken()
	}
	for f := range t.Fields() {
		if f.Tag.Get("yaml") == pair.Key.GetToken().Value {
			return culprit(pair.Value, f.Type)
		}
	}
	return nil
}

// line is where the value at a path stands; 0 when it does not.
func (d document) line(path string) int {
	p, err := yaml.PathString(path)
	if err != nil {
		return 0
	}
	node, err := p.FilterFile(d.file)
	if err != nil {
		return 0
	}
	return node.GetToken().Position.Line
}
