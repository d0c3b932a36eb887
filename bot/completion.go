package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCommand is the verb completion.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash、zsh 或 fish"`
}

// run writes a script that the shell reads: marketbot completion bash >
// /etc/bash_completion.d/marketbot.
func (c *completionCommand) run(out io.Writer) error {
	var all cli
	parser, err := kong.New(&all, kong.Name(programName), kong.Vars{"version": version()})
	if err != nil {
		return err
	}
	var verbs []*kong.Node
	for _, n := range parser.Model.Children {
		if !n.Hidden {
			verbs = append(verbs, n)
		}
	}
	script := map[string]func([]*kong.Node) string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}[c.Shell]
	_, err = io.WriteString(out, script(verbs))
	return err
}

// following are what may follow a verb.
func following(n *kong.Node) string {
	var list []string
	for _, c := range n.Children {
		list = append(list, c.Name)
	}
	for _, f := range n.Flags {
		if !f.Hidden {
			list = append(list, "--"+f.Name)
		}
	}
	return strings.Join(append(list, "--help"), " ")
}

func verbNames(verbs []*kong.Node) string {
	list := make([]string, len(verbs))
	for i, v := range verbs {
		list[i] = v.Name
	}
	return strings.Join(list, " ")
}

func bashScript(verbs []*kong.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "_%s() {\n  local cur=${COMP_WORDS[COMP_CWORD]} words=\n  if [ $COMP_CWORD = 1 ]; then words=%q; else case ${COMP_WORDS[1]} in\n", programName, verbNames(verbs)+" help")
	for _, v := range verbs {
		fmt.Fprintf(&b, "    %s) words=%q ;;\n", v.Name, following(v))
	}
	fmt.Fprintf(&b, "  esac; fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _%s %s\n", programName, programName)
	return b.String()
}

func zshScript(verbs []*kong.Node) string {
	return "autoload -U +X bashcompinit && bashcompinit\n" + bashScript(verbs)
}

func fishScript(verbs []*kong.Node) string {
	var b strings.Builder
	for _, v := range verbs {
		fmt.Fprintf(&b, "complete -c %s -n __fish_use_subcommand -a %s -d %q\n", programName, v.Name, v.Help)
		for w := range strings.FieldsSeq(following(v)) {
			if flag, ok := strings.CutPrefix(w, "--"); ok {
				fmt.Fprintf(&b, "complete -c %s -n '__fish_seen_subcommand_from %s' -l %s\n", programName, v.Name, flag)
			} else {
				fmt.Fprintf(&b, "complete -c %s -n '__fish_seen_subcommand_from %s' -a %s\n", programName, v.Name, w)
			}
		}
	}
	return b.String()
}
