# Reads `go test -bench`: one table of all benchmarks, one figure a column.
/^pkg: / { sub(/^marketbot\/?/, "", $2); pkg = $2; next }
/^cpu: / && !cpu { cpu = $0; sub(/^cpu: /, "", cpu) }
/^Benchmark/ && NF > 3 {
	name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name)
	row = sprintf("%-18s %-34s", pkg, name)
	for (i = 3; i < NF; i += 2) row = row sprintf(" %12s %-12s", $i, $(i + 1))
	sub(/ +$/, "", row)
	rows[++n] = row
	next
}
/^(FAIL|panic|---)/ || /_test\.go:[0-9]+:/ { faults[++m] = $0 }
END {
	if (cpu) print cpu
	for (i = 1; i <= n; i++) print rows[i]
	for (i = 1; i <= m; i++) print faults[i]
	exit m > 0
}
