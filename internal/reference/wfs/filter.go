package wfs

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// comparisons are the operators that a filter may have (ISO 19143, 7.7).
func comparisons() []string {
	return []string{"PropertyIsEqualTo", "PropertyIsNotEqualTo", "PropertyIsLessThan", "PropertyIsGreaterThan", "PropertyIsLessThanOrEqualTo", "PropertyIsGreaterThanOrEqualTo"}
}

// filter is a filter of FES 2.0: one comparison, or ids.
type filter struct {
	ids                       []string
	operator, property, value string
}

const fes = "http://www.opengis.net/fes/2.0"

// readFilter reads a filter expression of one operator.
func readFilter(text string, types []*featureType) (*filter, *exception) {
	var read struct {
		XMLName xml.Name
		IDs     []struct {
			RID string `xml:"rid,attr"`
		} `xml:"http://www.opengis.net/fes/2.0 ResourceId"`
		Operators []struct {
			XMLName   xml.Name
			Reference string `xml:"http://www.opengis.net/fes/2.0 ValueReference"`
			Literal   string `xml:"http://www.opengis.net/fes/2.0 Literal"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(text), &read); err != nil || read.XMLName != (xml.Name{Space: fes, Local: "Filter"}) {
		return nil, &exception{400, "OperationParsingFailed", "filter", "the filter is no fes:Filter"}
	}
	f := &filter{}
	for _, id := range read.IDs {
		f.ids = append(f.ids, id.RID)
	}
	switch {
	case len(f.ids) > 0 && len(read.Operators) == 0:
		return f, nil
	case len(f.ids) > 0 || len(read.Operators) != 1:
		return nil, &exception{403, "OperationProcessingFailed", "filter", "a filter has one operator, or ids"}
	}
	o := read.Operators[0]
	_, local, prefixed := strings.Cut(o.Reference, ":")
	if !prefixed {
		local = o.Reference
	}
	f.operator, f.property, f.value = o.XMLName.Local, strings.TrimSpace(local), o.Literal
	if !slices.Contains(comparisons(), f.operator) {
		return nil, &exception{403, "OperationProcessingFailed", "filter", "the operator " + f.operator + " is not served"}
	}
	if !slices.ContainsFunc(types, func(t *featureType) bool { return t.has(f.property) }) {
		return nil, invalid("filter", "there is no property "+o.Reference)
	}
	return f, nil
}

func (f *filter) takes(x *feature) bool {
	if f.ids != nil {
		return slices.Contains(f.ids, x.id)
	}
	value, there := x.values[f.property]
	if !there {
		return false
	}
	order := strings.Compare(value, f.value)
	if a, err := strconv.ParseFloat(value, 64); err == nil {
		if b, err := strconv.ParseFloat(f.value, 64); err == nil {
			switch {
			case a < b:
				order = -1
			case a > b:
				order = 1
			default:
				order = 0
			}
		}
	}
	switch f.operator {
	case "PropertyIsEqualTo":
		return order == 0
	case "PropertyIsNotEqualTo":
		return order != 0
	case "PropertyIsLessThan":
		return order < 0
	case "PropertyIsGreaterThan":
		return order > 0
	case "PropertyIsLessThanOrEqualTo":
		return order <= 0
	}
	return order >= 0
}
