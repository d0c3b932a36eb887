package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"marketbot/handlers/rulebook"
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
	data, err := utf8Text(data)
	if err != nil {
		return document{}, err
	}
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
	if len(x.missing) > 0 {
		return document{}, x.missing
	}
	return document{file}, nil
}

// utf8Text is text without the mark that editors of Windows put before it. Its
// error says in which line it is no UTF-8.
func utf8Text(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if utf8.Valid(data) && !bytes.ContainsRune(data, 0) {
		return data, nil
	}
	what := "这个文件"
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, &lineError{0, what + "是 UTF-16。请用编辑器另存为 UTF-8"}
	}
	line := 1
	for l := range bytes.Lines(data) {
		if !utf8.Valid(l) || bytes.ContainsRune(l, 0) {
			break
		}
		line++
	}
	return nil, &lineError{line, what + "不是 UTF-8，多半是 GBK。请用编辑器另存为 UTF-8（记事本：另存为 → 编码 → UTF-8）"}
}

// expander fills ${NAME} in, in values only.
type expander struct {
	getenv  func(string) (string, bool)
	missing missing
}

// missing are the variables that a file names and the environment lacks.
type missing wrongLines

func (m missing) Error() string {
	return wrongLines(m).joined("；") + "。用 export 名字=值 写上，systemd 写进 EnvironmentFile，Docker 写进 .env；也可以直接写进配置文件（chmod 600）"
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
		if line := n.Token.Position.Line; !ok {
			x.missing = append(x.missing, lineError{line, "没有环境变量 " + name})
		}
		return value
	})
	// Whoever reads the node as text again must find it as it is now.
	n.Token.Type, n.Token.Value, n.Token.Origin = token.DoubleQuoteType, n.Value, strconv.Quote(n.Value)
}

// drop takes away the setting that begins in a line, so that what is wrong elsewhere
// can be told, too.
func (d document) drop(line int) bool {
	root, ok := d.root().(*ast.MappingNode)
	return ok && dropFrom(root, line)
}

// section is the first word of the settings that a line belongs to.
func (d document) section(line int) (key string) {
	root, ok := d.root().(*ast.MappingNode)
	if !ok {
		return ""
	}
	for _, pair := range root.Values {
		if at := pair.Key.GetToken(); at.Position.Line <= line {
			key = at.Value
		}
	}
	return key
}

func dropFrom(m *ast.MappingNode, line int) bool {
	for i, pair := range slices.Backward(m.Values) {
		at := pair.Key.GetToken().Position.Line
		if at > line {
			continue
		}
		if at < line {
			switch below := pair.Value.(type) {
			case *ast.MappingNode:
				return dropFrom(below, line)
			case *ast.SequenceNode:
				return dropItem(below, line)
			}
		}
		m.Values = slices.Delete(m.Values, i, i+1)
		return true
	}
	return false
}

// dropItem takes away the whole item that a line belongs to: what is left of it would
// seem to lack something.
func dropItem(list *ast.SequenceNode, line int) bool {
	for i, item := range slices.Backward(list.Values) {
		if item.GetToken().Position.Line <= line {
			list.Values = slices.Delete(list.Values, i, i+1)
			return true
		}
	}
	return false
}

// decode reads the document over what into holds.
func (d document) decode(into any) error {
	root := d.root()
	if root == nil {
		return nil
	}
	err := yaml.NodeToValue(root, into, yaml.Strict())
	if err == nil {
		if found := culprit(root, reflect.TypeOf(into).Elem(), fraction); found != nil && integral(found.want) {
			return &lineError{found.at.Position.Line, "这里要写整数"}
		}
		return nil
	}
	var known yaml.Error
	if !errors.As(err, &known) {
		if found := culprit(root, reflect.TypeOf(into).Elem(), unread); found != nil {
			return &lineError{found.at.Position.Line, misread(found.want, err)}
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

// misread says how a value of a type has to be written.
func misread(want reflect.Type, err error) string {
	switch want {
	case reflect.TypeFor[rulebook.Moment]():
		return "要写成星期和时间，如 Fri 12:00（星期是 Mon Tue Wed Thu Fri Sat Sun）"
	case reflect.TypeFor[rulebook.Clock]():
		return "时间要写成 09:13，24 小时制"
	case reflect.TypeFor[rulebook.Quiet]():
		return "要写成 21:00-08:00，起止不能相同；空着就没有"
	case reflect.TypeFor[time.Duration]():
		return "时长要写成 4h 或 90m"
	case reflect.TypeFor[slog.Level]():
		return "写 debug、info、warn 或 error"
	}
	switch want.Kind() {
	case reflect.Slice:
		return "这里要写成列表，如 [一, 二]；一个也没有写 []"
	case reflect.Struct, reflect.Map:
		return "下面要缩进两格，一行一项地写，请对照 config.example.yaml"
	}
	return err.Error()
}

// inLine puts an error of the YAML library into our words. The library's own
// text would show the lines around, which may hold secrets.
func inLine(err error) error {
	var known yaml.Error
	if !errors.As(err, &known) || known.GetToken() == nil { // as of a *name that no &name stands for
		return &lineError{0, "不是正确的 YAML：&名字、*名字、<<: 要成对。不用这些，照 config.example.yaml 写"}
	}
	at, text := known.GetToken(), known.GetMessage()
	switch e := known.(type) {
	case *yaml.UnknownFieldError:
		text = fmt.Sprintf("没有 %s 这个设置", at.Value)
		keys := settingKeys(reflect.TypeFor[Config]())
		if bare := strings.TrimFunc(at.Value, func(r rune) bool { return r > unicode.MaxASCII }); bare != at.Value && slices.Contains(keys, bare) {
			text = bare + " 的前后有全角空格、全角冒号或看不见的字符：删掉重打，缩进用普通的空格"
		} else if like := nearest(at.Value, keys); like != "" {
			text += "，是不是 " + like + "？"
		}
	case *yaml.DuplicateKeyError:
		text = fmt.Sprintf("%s 写了两次", at.Value)
	case *yaml.UnexpectedNodeTypeError:
		text = "这里的写法不对：该是列表的写成列表，该有下一级的缩进写下一级，冒号要用英文的。请对照 config.example.yaml"
	case *yaml.OverflowError:
		text = "这个数字太大了"
	case *yaml.TypeError:
		text = "这里要写" + kindWord(e.DstType)
	case *yaml.SyntaxError:
		if !strings.Contains(text, "already defined") {
			text = "不是正确的 YAML。看看这一行和上一行：冒号后面要空一格，缩进用空格不用 Tab，引号和括号要成对，都用英文的"
		} else {
			text = fmt.Sprintf("%s 写了两次", at.Value)
		}
	}
	return &lineError{at.Position.Line, text}
}

// settingKeys are the keys of a type and of all below it.
func settingKeys(t reflect.Type) (keys []string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return settingKeys(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			keys = append(append(keys, key), settingKeys(f.Type)...)
		}
	}
	return keys
}

// nearest is the word that differs least, by at most two letters; empty where none does.
func nearest(word string, words []string) (best string) {
	least := 3
	for _, w := range words {
		if far := levenshtein.ComputeDistance(word, w); w != "" && far < least && far < len(word)-1 {
			best, least = w, far
		}
	}
	return best
}

func kindWord(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "时长，如 4h 或 90m"
	case integral(t):
		return "整数"
	case t.Kind() == reflect.Bool:
		return " true 或 false"
	}
	return "文字"
}

func integral(t reflect.Type) bool { return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 }

// fraction reports whether a number would lose what stands behind its point.
func fraction(n ast.Node, t reflect.Type) bool {
	_, is := n.(*ast.FloatNode)
	return is && integral(t)
}

// unread reports whether a value is not read as what it is to be.
func unread(n ast.Node, t reflect.Type) bool {
	return yaml.NodeToValue(n, reflect.New(t).Interface()) != nil
}

// misfit is a value that does not fit its field.
type misfit struct {
	at   *token.Token
	want reflect.Type
}

// culprit finds the value that does not fit its field, where the library does
// not tell. Fields are matched by their yaml tags.
func culprit(n ast.Node, t reflect.Type, wrong func(ast.Node, reflect.Type) bool) *misfit {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			if found := culpritPair(pair, t, wrong); found != nil {
				return found
			}
		}
		return nil
	case *ast.MappingValueNode:
		return culpritPair(n, t, wrong)
	case *ast.SequenceNode:
		for _, item := range n.Values {
			if t.Kind() != reflect.Slice {
				return &misfit{n.GetToken(), t}
			}
			if found := culprit(item, t.Elem(), wrong); found != nil {
				return found
			}
		}
		return nil
	}
	if wrong(n, t) {
		return &misfit{n.GetToken(), t}
	}
	return nil
}

func culpritPair(pair *ast.MappingValueNode, t reflect.Type, wrong func(ast.Node, reflect.Type) bool) *misfit {
	if t.Kind() == reflect.Map {
		return culprit(pair.Value, t.Elem(), wrong)
	}
	if t.Kind() != reflect.Struct {
		return &misfit{pair.GetToken(), t}
	}
	for f := range t.Fields() {
		switch f.Tag.Get("yaml") {
		case pair.Key.GetToken().Value:
			return culprit(pair.Value, f.Type, wrong)
		case ",inline":
			if found := culpritPair(pair, f.Type, wrong); found != nil {
				return found
			}
		}
	}
	return nil
}

// line is where the value at a path stands, or the nearest above that does; 0
// when none does.
func (d document) line(path string) int {
	for ; len(path) > 1; path = path[:strings.LastIndexAny(path, ".[")] {
		p, err := yaml.PathString(path)
		if err != nil {
			return 0
		}
		if node, err := p.FilterFile(d.file); err == nil {
			return node.GetToken().Position.Line
		}
	}
	return 0
}
