package command

import (
	"reflect"
	"testing"

	"marketbot/handlers/rulebook"
)

func TestServing(t *testing.T) {
	got := serving([]*Spec{
		{Name: "人员", Clause: "总则", Also: []string{"附-4"}}, {Name: "人员 添加", Clause: "附-4"}, {Name: "人员表", Clause: "附-4"},
		{Name: "绑定", Clause: "总则"}, {Name: "制度确认", Clause: "2-2", Hidden: true}, {Name: "撤销"},
	})
	want := rulebook.Serving{"总则": {"人员", "绑定"}, "附-4": {"人员", "人员表"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
