# Reads `go test -v`: one line a package, everything of a package that failed,
# and fails itself when a test was skipped.
/^ok / || /^\?/ || /no test files/ { print; tests += passed; passed = n = 0; next }
/^[ \t]*--- PASS/ { passed++; next }
/^[ \t]*--- SKIP/ { skipped[$3] = 1; skips++; lines[n++] = $0; next }
/^=== / { next }
/^FAIL\t/ { for (i = 0; i < n; i++) print lines[i]; print; failed++; n = 0; next }
/^(PASS|FAIL)$/ { next }
{ lines[n++] = $0 }
END {
	for (i = 0; i < n; i++) print lines[i] # a build that failed, or nothing at all
	for (s in skipped) print "skipped: " s
	printf "%d passed, %d failed, %d skipped\n", tests, failed, skips
	exit failed > 0 || skips > 0 || tests == 0
}
