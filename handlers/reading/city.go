package reading

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
)

//go:embed cities.txt
var cityList string

// cities has every way a known city is written, with its short name; regions
// the short names of cities and provinces.
var cities, regions = readCities(cityList)

func readCities(list string) (names map[string]string, short map[string]bool) {
	names, short = map[string]string{}, map[string]bool{}
	for line := range strings.Lines(list) {
		province, row, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		short[province] = true
		for city := range strings.FieldsSeq(row) {
			short[city] = true
			for _, before := range []string{"", province, province + "省", province + "市"} {
				names[before+city] = city
				names[before+city+"市"] = city
			}
		}
	}
	return names, short
}

// City is the short name of a known city, with or without 市 and its province.
func City(written string) (string, bool) {
	city, known := cities[written]
	return city, known
}

// CityIn is the city that an address names: one with its rank (汕头市, 阿坝藏族
// 羌族自治州), or behind its province, or alone. The first is meant; a name by
// itself may be a street's or a house's.
func CityIn(address string) (string, bool) {
	if city, known := City(address); known {
		return city, true
	}
	runes := []rune(address)
	for i := range runes {
		for n := min(2*regionRunes+1, len(runes)-i); n > 1; n-- {
			written := string(runes[i : i+n])
			city, known := cities[written]
			if known && (written != city || ranked(runes[i+n:])) {
				return city, true
			}
		}
	}
	return "", false
}

// ranked reports whether the rank of a prefecture stands here, peoples before it.
func ranked(runes []rune) bool {
	const peoples = 10
	text := string(runes[:min(len(runes), peoples)])
	return strings.HasPrefix(text, "地区") || strings.Contains(text, "自治州") && !strings.ContainsAny(text[:strings.Index(text, "自治州")], "省市区县路街")
}

const (
	regionRunes   = 5 // of a short name in the list, at most
	districtRunes = 3 // of a district that is not in it, before its ending
	nameRunes     = 2 // of what a name has besides its place, at least
)

// ranks are what regions end with.
var ranks = []string{"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "地区", "省", "市", "州", "盟", "区", "县"}

// noDistricts end like districts, and are none.
var noDistricts = []string{"超市", "上市", "城市", "都市", "门市", "夜市", "菜市", "社区", "小区", "园区", "景区", "校区", "业区", "发区", "税区", "厂区", "库区", "片区", "山区"}

// CutPlace parts a name that is folded into the region it begins with and what
// follows: the province, the city, the district, as many as stand there, without
// 省, 市 … A region that is not known must have its rank. Where it begins with
// none, a known one within it or behind is taken out (晨星机械（东莞）).
func CutPlace(name string) (place, rest string) {
	for {
		region, after := cutRegion([]rune(name))
		if region == "" || len([]rune(after)) < nameRunes {
			break
		}
		place, name = place+region, after
	}
	if place != "" {
		return place, name
	}
	return takePlace([]rune(name))
}

// takePlace takes the first known region out of a name, that leaves enough of it
// before it.
func takePlace(name []rune) (place, rest string) {
	for i := nameRunes; i < len(name); i++ {
		for n := min(regionRunes, len(name)-i); n > 1; n-- {
			if region := string(name[i : i+n]); regions[region] {
				return region, string(name[:i]) + withoutRank(string(name[i+n:]))
			}
		}
	}
	return "", string(name)
}

func cutRegion(name []rune) (region, rest string) {
	for n := min(regionRunes, len(name)); n > 1; n-- {
		if region = string(name[:n]); regions[region] {
			return region, withoutRank(string(name[n:]))
		}
	}
	for n := 2; n <= districtRunes && n < len(name); n++ {
		end := string(name[n-1 : n+1])
		if strings.ContainsRune("市县区", name[n]) && !slices.Contains(noDistricts, end) && !slices.ContainsFunc(name[:n], notHan) {
			return string(name[:n]), string(name[n+1:])
		}
	}
	return "", string(name)
}

func notHan(r rune) bool { return !unicode.Is(unicode.Han, r) }

func withoutRank(text string) string {
	for _, rank := range ranks {
		if rest, found := strings.CutPrefix(text, rank); found {
			return rest
		}
	}
	return text
}
