# Makes a list of components (CycloneDX 1.5) of what `go version -m` says of a
# program.
BEGIN { printf "{\n \"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\", \"version\": 1,\n" }
NR == 1 { go = $2 }
$1 == "dep" {
	list = list sep "  {\"type\": \"library\", \"name\": \"" $2 "\", \"version\": \"" $3 "\", \"purl\": \"pkg:golang/" $2 "@" $3 "\"}"
	sep = ",\n"
}
END {
	printf " \"metadata\": {\"component\": {\"type\": \"application\", \"name\": \"marketbot\", \"version\": \"%s\"}},\n", version
	printf " \"components\": [\n  {\"type\": \"framework\", \"name\": \"go\", \"version\": \"%s\"},\n%s\n ]\n}\n", go, list
}
