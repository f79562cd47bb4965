package reference

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/oasc/mimcheck/internal/reference/model"
	"github.com/oasc/mimcheck/internal/reference/problem"
	"github.com/oasc/mimcheck/internal/reference/query"
)

// queryByPost is 5.7.2 by POST (6.23): the body is a Query (5.2.23) whose members
// mean what the parameters of the GET mean.
func (r *request) queryByPost() error {
	for _, name := range []string{"temporalQ", "aggrParams"} {
		if r.object()[name] != nil {
			return problem.BadData("the Query has %s, which is for temporal queries only (5.2.23)", name)
		}
	}
	s, err := r.postedSelection()
	if err != nil {
		return err
	}
	p, err := r.presentation()
	if err != nil {
		return err
	}
	return r.answerQuery(s, p)
}

// postedSelection reads what a Query in the body selects.
func (r *request) postedSelection() (*selection, error) {
	o := r.object()
	if o["type"] != "Query" {
		return nil, problem.BadData("the body's type must be Query (5.2.23), got %v", o["type"])
	}
	if err := r.bodyParameters(o); err != nil {
		return nil, err
	}
	s, err := r.selection()
	if err != nil {
		return nil, err
	}
	s.infos, err = r.entityInfos(o["entities"])
	return s, err
}

// bodyParameters turns a Query's members into parameters.
func (r *request) bodyParameters(o map[string]any) error {
	r.query = maps.Clone(r.query)
	for _, name := range []string{"q", "csf", "scopeQ", "lang", "join"} {
		if v, given := o[name]; given {
			text, ok := v.(string)
			if !ok {
				return problem.BadData("the member %s of the Query must be a string", name)
			}
			r.query.Set(name, text)
		}
	}
	for _, name := range []string{"attrs", "pick", "omit", "datasetId", "containedBy", "expandValues", "jsonKeys"} {
		v, given := o[name]
		if !given {
			continue
		}
		text, err := joined(name, v)
		if err != nil {
			return err
		}
		r.query.Set(name, text)
	}
	for _, name := range []string{"joinLevel", "splitEntities"} {
		if v, given := o[name]; given {
			r.query.Set(name, fmt.Sprint(v))
		}
	}
	if err := r.orderingParameters(o); err != nil {
		return err
	}
	v, given := o["geoQ"]
	if !given {
		return nil
	}
	geo, ok := v.(map[string]any)
	if !ok {
		return problem.BadData("the member geoQ of the Query must be an object (5.2.13)")
	}
	for _, name := range []string{"georel", "geometry", "geoproperty"} {
		if text, ok := geo[name].(string); ok {
			r.query.Set(name, text)
		} else if geo[name] != nil {
			return problem.BadData("the member %s of geoQ must be a string", name)
		}
	}
	switch coordinates := geo["coordinates"].(type) {
	case string:
		r.query.Set("coordinates", coordinates)
	default:
		raw, err := json.Marshal(coordinates)
		if err != nil {
			return err
		}
		r.query.Set("coordinates", string(raw))
	}
	if !r.query.Has("georel") {
		return problem.BadData("geoQ needs georel, geometry and coordinates (5.2.13)")
	}
	return nil
}

// orderingParameters turns the member ordering (OrderingParams, 5.2.43) into parameters.
func (r *request) orderingParameters(query map[string]any) error {
	v, given := query["ordering"]
	if !given {
		return nil
	}
	o, ok := v.(map[string]any)
	if !ok || o["orderBy"] == nil {
		return problem.BadData("the member ordering of the Query must be an object with orderBy (5.2.43)")
	}
	by, err := joined("orderBy", o["orderBy"])
	if err != nil {
		return err
	}
	r.query.Set("orderBy", by)
	for member, parameter := range map[string]string{"collation": "collation", "geometry": "orderGeometry"} {
		if text, ok := o[member].(string); ok {
			r.query.Set(parameter, text)
		} else if o[member] != nil {
			return problem.BadData("the member %s of ordering must be a string", member)
		}
	}
	if coordinates, given := o["coordinates"]; given {
		raw, err := json.Marshal(coordinates)
		if err != nil {
			return err
		}
		r.query.Set("orderFrom", string(raw))
	}
	return nil
}

func joined(name string, v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			text, ok := item.(string)
			if !ok || text == "" {
				return "", problem.BadData("the member %s of the Query must hold strings that are not empty", name)
			}
			texts[i] = text
		}
		if len(texts) == 0 {
			return "", problem.BadData("the member %s of the Query is an empty array", name)
		}
		return strings.Join(texts, ","), nil
	default:
		return "", problem.BadData("the member %s of the Query must be a string or an array of strings", name)
	}
}

// entityInfos reads an array of EntityInfo (5.2.8) or entity selectors (5.2.33).
func (r *request) entityInfos(v any) ([]entityInfo, error) {
	if v == nil {
		return nil, nil
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, problem.BadData("the member entities must be an array that is not empty")
	}
	var out []entityInfo
	for _, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			return nil, problem.BadData("the member entities must hold objects")
		}
		info, err := r.selector(o)
		if err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	return out, nil
}

func (r *request) selector(o map[string]any) (entityInfo, error) {
	var info entityInfo
	switch kind := o["type"].(type) {
	case string:
		types, err := query.ParseTypes(kind, r.context)
		if err != nil {
			return info, err
		}
		info.types = types
	case nil:
		return info, problem.BadData("an entity selector needs a type (5.2.8, 5.2.33)")
	default:
		return info, problem.BadData("the type of an entity selector must be a string")
	}
	switch id := o["id"].(type) {
	case nil:
	case string:
		info.ids = []string{id}
	case []any:
		for _, item := range id {
			text, _ := item.(string)
			info.ids = append(info.ids, text)
		}
	default:
		return info, problem.BadData("the id of an entity selector must be a URI or an array of URIs")
	}
	for _, id := range info.ids {
		if !model.IsURI(id) {
			return info, problem.BadData("the id %q of an entity selector is not a URI", id)
		}
	}
	if v, given := o["idPattern"]; given {
		text, _ := v.(string)
		var err error
		if info.pattern, err = idPattern(text); err != nil {
			return info, err
		}
	}
	if info.ids != nil {
		info.pattern = nil // an id takes precedence (5.2.33)
	}
	return info, nil
}
