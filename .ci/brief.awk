# Reads `go test -v`: one line a package, everything of a package that failed,
# and at the end again which tests those were, each with the last that it said.
# Fails itself when a test was skipped.
/^ok / || /^\?/ || /no test files/ { print; tests += passed; passed = n = 0; next }
/^[ \t]*--- PASS/ { passed++; next }
/^[ \t]*--- SKIP/ { skipped[$3] = 1; skips++; lines[n++] = $0; next }
/^[ \t]*--- FAIL/ { broken[breaks++] = $0 before[$3] last[$3]; lines[n++] = $0; next }
/^=== / { test = $3; next }
/^FAIL\t/ { for (i = 0; i < n; i++) print lines[i]; print; failed++; n = 0; next }
/^(PASS|FAIL)$/ { next }
{ before[test] = last[test]; last[test] = "\n" $0; lines[n++] = $0 }
END {
	for (i = 0; i < n; i++) print lines[i] # a build that failed, or nothing at all
	for (i = 0; i < breaks; i++) print broken[i]
	for (s in skipped) print "skipped: " s
	printf "%d passed, %d failed, %d skipped\n", tests, failed, skips
	exit failed > 0 || skips > 0 || tests == 0
}
