package faults

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/ngsild"
)

// registrations is the faults of context sources: of their registrations, of the
// discovery of these, of subscriptions to them, and of operations that are shared with
// registered sources.
func registrations() []Fault {
	return slices.Concat(
		managed("registration", registered), registering(), refusing("registration", registered, badRegistrations()), conflicting(),
		registrationNames(), registrationChanges(), discovering(),
		managed("source-subscription", watched), sourceSubscribing(), refusing("source-subscription", watched, badSubscriptions()),
		sourceNotifying(), distributing(),
	)
}

// The collections of what is managed here.
const (
	registered = "/csourceRegistrations"
	watched    = "/csourceSubscriptions"
)

// managed is the faults that any collection of things can have that are created, read,
// changed and deleted.
func managed(name, collection string) []Fault {
	create, list := Op(http.MethodPost, collection), Op(http.MethodGet, collection)
	read, change, remove := Op(http.MethodGet, collection+"/*"), Op(http.MethodPatch, collection+"/*"), Op(http.MethodDelete, collection+"/*")
	named := func(suffix, summary string, on Match, f Fault) Fault {
		f.Name, f.Summary, f.On = name+"."+suffix, summary, on
		return f
	}
	syntax := Fault{Instead: answering(func(e exchange) {
		if !e.isJSON && e.Status == http.StatusBadRequest {
			e.problem(http.StatusBadRequest, ngsild.BadRequestData)
		}
	})}
	doesNothing := func(status int) Fault {
		return Fault{Instead: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			if o, ok := decode(ReadBody(r)).(object); ok && status == http.StatusCreated {
				w.Header().Set("Location", "/ngsi-ld/v1"+collection+"/"+url.PathEscape(idOf(o)))
			}
			w.WriteHeader(status)
		}}
	}
	return []Fault{
		named("create.swallowed", "Says that it did it, and does nothing.", create, doesNothing(http.StatusCreated)),
		named("create.no-location", "The answer to a creation has no Location.", create, Fault{Answer: DropHeader("Location")}),
		named("create.echoes-body", "The answer to a creation repeats what was sent.", create, Fault{Instead: answering(func(e exchange) {
			if e.Status == http.StatusCreated {
				e.Body = encode(e.sent)
				e.Header.Set("Content-Type", ngsild.MediaJSON)
			}
		})}),
		named("create.wants-id", "What is to be created without an id is refused.", create, Fault{Instead: refusingIf(func(o object) bool { return o["id"] == nil })}),
		named("create.overwrites", "What is to be created under an id that is taken replaces what was there.", create, Fault{Instead: answering(func(e exchange) {
			o, _ := e.sent.(object)
			if e.Status == http.StatusConflict && o != nil {
				ask(e.next, e.request, http.MethodDelete, collection+"/"+url.PathEscape(idOf(o)), nil)
				if ask(e.next, e.request, http.MethodPost, collection, o).Status == http.StatusCreated {
					e.done(http.StatusCreated)
				}
			}
		})}),
		named("create.any-content-type", "Whatever the Content-Type is, the body is taken as JSON.", create.where(func(r *http.Request) bool { return !knownContentType(r) }), Fault{Request: asJSON}),
		named("create.syntax-error-as-bad-data", "Answers BadRequestData where the body is not even JSON.", create, syntax),
		named("retrieve.unknown-empty", "What is not there is retrieved as an empty object.", read, Fault{Answer: emptyObject}),
		named("retrieve.any-id-not-found", "Looks an id up that is no URI, and answers 404 instead of 400.", read.where(idIsNoURI), Fault{Answer: notFoundInstead}),
		named("retrieve.no-link", "An answer of application/json names no @context.", read, Fault{Answer: DropHeader("Link")}),
		named("retrieve.no-context", "An answer of application/ld+json has no @context.", read, Fault{Answer: answered(func(o object) { delete(o, "@context") })}),
		named("query.limit-ignored", "The list does not look at limit.", list, Fault{Request: DropQuery("limit")}),
		named("query.no-next", "A page of the list links to no other.", list, Fault{Answer: DropHeader("Link")}),
		named("query.hides-newest", "What was created last is not on the list.", list, Fault{Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			a := Record(next, r)
			if l, ok := a.list(); ok && len(l) > 0 && !strings.Contains(strings.Join(a.Header.Values("Link"), ","), `rel="next"`) {
				a.setList(l[:len(l)-1])
			}
			a.WriteTo(w)
		}}),
		named("query.count-of-page", "The count is of what is on the page.", list.WithQuery("count"), Fault{Answer: countOfPage}),
		named("query.invalid-page-ignored", "A limit or offset that is not valid is taken as the default.", list, Fault{Instead: forgiving("limit", "offset")}),
		named("query.shortened", "On the list, descriptions are left out.", list, Fault{Answer: served(func(_ *http.Request, o object) { delete(o, "description") })}),
		named("update.swallowed", "Says that it did it, and does nothing.", change, doesNothing(http.StatusNoContent)),
		named("update.any-id-not-found", "Looks an id up that is no URI, and answers 404 instead of 400.", change.where(idIsNoURI), Fault{Answer: notFoundInstead}),
		named("update.unknown-updated", "What is not there is said to be updated.", change, Fault{Answer: success}),
		named("update.takes-bad-data", "A fragment that is not valid is said to be taken.", change, Fault{Instead: answering(func(e exchange) {
			if e.isJSON && e.Status == http.StatusBadRequest {
				e.done(http.StatusNoContent)
			}
		})}),
		named("update.syntax-error-as-bad-data", "Answers BadRequestData where the fragment is not even JSON.", change, syntax),
		named("update.collection-not-found", "An update of the whole list is answered with 404.", Op(http.MethodPatch, collection), Fault{Answer: Status(http.StatusMethodNotAllowed, http.StatusNotFound)}),
		named("delete.swallowed", "Says that it did it, and does nothing.", remove, doesNothing(http.StatusNoContent)),
		named("delete.unknown-deleted", "What is not there is said to be deleted.", remove, Fault{Answer: success}),
		named("delete.any-id-not-found", "Looks an id up that is no URI, and answers 404 instead of 400.", remove.where(idIsNoURI), Fault{Answer: notFoundInstead}),
	}
}

// refusingIf refuses bodies that are so with 400.
func refusingIf(so func(o object) bool) handle {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if o, ok := decode(ReadBody(r)).(object); ok && so(o) {
			refuse(w)
			return
		}
		next.ServeHTTP(w, r)
	}
}

// defect is a way in which a description is not valid.
type defect struct {
	name, summary string
	so            func(o object) bool
}

// refusing is the faults of a platform that takes what it should refuse.
func refusing(name, collection string, defects []defect) []Fault {
	var all []Fault
	for _, d := range defects {
		all = append(all, Fault{
			Name: name + ".takes-" + d.name, Summary: "Takes one " + d.summary + ".",
			On: Op(http.MethodPost, collection), Instead: answering(func(e exchange) {
				if o, ok := e.sent.(object); ok && e.Status == http.StatusBadRequest && d.so(o) {
					e.done(http.StatusCreated)
				}
			}),
		})
	}
	return all
}

// noURI says whether a member is text without a scheme.
func noURI(member string) func(object) bool {
	return func(o object) bool {
		s, ok := o[member].(string)
		return ok && !strings.Contains(s, ":")
	}
}

func lacks(member string) func(object) bool { return func(o object) bool { return o[member] == nil } }

// inInformation says whether an item of a registration's information is so.
func inInformation(so func(info object) bool) func(object) bool {
	return func(g object) bool { return slices.ContainsFunc(objects(g["information"]), so) }
}

// inEntities says whether one of the entities in a registration's information is so.
func inEntities(so func(e object) bool) func(object) bool {
	return inInformation(func(info object) bool { return slices.ContainsFunc(objects(info["entities"]), so) })
}

// inside says whether an object in a member of a registration is so.
func inside(member string, so func(o object) bool) func(object) bool {
	return func(g object) bool { return slices.ContainsFunc(objects(g[member]), so) }
}

func isEmpty(member string) func(object) bool { return func(o object) bool { return o[member] == "" } }

func emptyList(member string) func(object) bool {
	return func(o object) bool { return o[member] != nil && len(items(o[member])) == 0 }
}

// isZero says whether a member is there and no number above zero.
func isZero(member string) func(object) bool {
	return func(o object) bool { return o[member] != nil && number(o[member]) <= 0 }
}

// noTime says whether a member is text that is no DateTime, noDuration whether it is none
// of a duration.
func noTime(member string) func(object) bool {
	return func(o object) bool {
		text, is := o[member].(string)
		return is && !strings.HasSuffix(text, "Z")
	}
}

func noDuration(member string) func(object) bool {
	return func(o object) bool {
		text, is := o[member].(string)
		return is && !strings.HasPrefix(text, "P")
	}
}

// telling says whether a pair in a registration's contextSourceInfo is so.
func telling(key string, so func(value string) bool) func(object) bool {
	return func(g object) bool {
		return slices.ContainsFunc(objects(g["contextSourceInfo"]), func(pair object) bool {
			value, _ := pair["value"].(string)
			return pair["key"] == key && so(value)
		})
	}
}

// noMedia says whether a media type is neither JSON nor JSON-LD.
func noMedia(media string) bool { return media != ngsild.MediaJSON && media != ngsild.MediaJSONLD }

func badRegistrations() []defect {
	exclusive := func(so func(object) bool) func(object) bool {
		return func(g object) bool { return g["mode"] == "exclusive" && so(g) }
	}
	known := regexp.MustCompile(`^(create|retrieve|query|update|append|delete|upsert|merge|replace|purge|federation|association|redirection)`)
	anyOperation := func(so func(name string) bool) func(object) bool {
		return func(g object) bool {
			return slices.ContainsFunc(items(g["operations"]), func(v any) bool {
				name, ok := v.(string)
				return ok && so(name)
			})
		}
	}
	return []defect{
		{"typeMissing", "without type", lacks("type")},
		{"typeWrong", "of another type", func(g object) bool { return g["type"] != nil && g["type"] != "ContextSourceRegistration" }},
		{"idNoUri", "whose id is no URI", noURI("id")},
		{"endpointMissing", "without endpoint", lacks("endpoint")},
		{"endpointNoUri", "whose endpoint is no URI", noURI("endpoint")},
		{"informationMissing", "without information", lacks("information")},
		{"informationEmpty", "whose information is empty", func(g object) bool { return g["information"] != nil && len(items(g["information"])) == 0 }},
		{"entityTypeMissing", "for entities without type", inEntities(lacks("type"))},
		{"entityIdNoUri", "for an entity whose id is no URI", inEntities(noURI("id"))},
		{"propertiesEmpty", "with an empty list of property names", inInformation(func(info object) bool {
			return info["propertyNames"] != nil && len(items(info["propertyNames"])) == 0
		})},
		{"relationshipsEmpty", "with an empty list of relationship names", inInformation(emptyList("relationshipNames"))},
		{"entitiesEmpty", "with an empty list of entities", inInformation(emptyList("entities"))},
		{"intervalNoTime", "with an interval that begins at no time", inside("observationInterval", noTime("startAt"))},
		{"intervalEndNoTime", "with an interval that ends at no time", inside("observationInterval", noTime("endAt"))},
		{"managementOpen", "with an interval of management that has no beginning", inside("managementInterval", lacks("startAt"))},
		{"expiresPast", "that has ended", func(g object) bool {
			at, is := g["expiresAt"].(string)
			return is && at[:min(len(at), 2)] == "20" && at < "2021"
		}},
		{"datasetNoUri", "whose datasetId is no URI", func(g object) bool {
			return slices.ContainsFunc(items(g["datasetId"]), func(v any) bool {
				text, is := v.(string)
				return is && text != "@none" && !strings.Contains(text, ":")
			})
		}},
		{"aliasEmpty", "whose alias is empty", isEmpty("contextSourceAlias")},
		{"descriptionEmpty", "whose description is empty", isEmpty("description")},
		{"nameEmpty", "whose name is empty", isEmpty("registrationName")},
		{"rateNoDuration", "whose refreshRate is no duration", noDuration("refreshRate")},
		{"managementNoObject", "whose management is no object", func(g object) bool { return g["management"] != nil && len(objects(g["management"])) == 0 }},
		{"localNoBoolean", "whose localOnly is no boolean", inside("management", func(m object) bool {
			_, is := m["localOnly"].(bool)
			return m["localOnly"] != nil && !is
		})},
		{"timeoutZero", "whose timeout is zero", inside("management", isZero("timeout"))},
		{"cooldownZero", "whose cooldown is zero", inside("management", isZero("cooldown"))},
		{"cacheNoDuration", "whose cacheDuration is no duration", inside("management", noDuration("cacheDuration"))},
		{"intervalOpen", "with an interval that has no beginning", func(g object) bool {
			return slices.ContainsFunc(objects(g["observationInterval"]), lacks("startAt"))
		}},
		{"expiresNoTime", "whose end is no time", func(g object) bool {
			s, ok := g["expiresAt"].(string)
			return ok && !strings.Contains(s, "T")
		}},
		{"locationNoGeometry", "whose location is no geometry", func(g object) bool { return slices.ContainsFunc(objects(g["location"]), lacks("coordinates")) }},
		{"infoNoPairs", "whose contextSourceInfo has no pairs", func(g object) bool {
			return len(items(g["contextSourceInfo"])) > len(objects(g["contextSourceInfo"]))
		}},
		{"infoAccept", "in whose contextSourceInfo accept is no media type of the API", telling("accept", noMedia)},
		{"infoContentType", "in whose contextSourceInfo contentType is no media type of the API", telling("contentType", noMedia)},
		{"infoContext", "in whose contextSourceInfo jsonldContext is no URL", telling("jsonldContext", func(v string) bool { return !strings.Contains(v, "://") })},
		{"infoConformance", "in whose contextSourceInfo ngsildConformance is no version", telling("ngsildConformance", func(v string) bool { return !strings.Contains(v, ".") })},
		{"modeUnknown", "of an unknown mode", func(g object) bool {
			return g["mode"] != nil && !slices.Contains([]any{"inclusive", "exclusive", "redirect", "auxiliary"}, g["mode"])
		}},
		{"operationUnknown", "with an unknown operation", anyOperation(func(name string) bool { return !known.MatchString(name) })},
		{"exclusiveOfType", "in exclusive mode for entities without id", exclusive(inEntities(func(e object) bool { return e["id"] == nil && e["idPattern"] == nil }))},
		{"exclusiveOfPattern", "in exclusive mode for a pattern of ids", exclusive(inEntities(func(e object) bool { return e["idPattern"] != nil }))},
		{"exclusiveOfAll", "in exclusive mode for all attributes", exclusive(inInformation(func(info object) bool {
			return info["propertyNames"] == nil && info["relationshipNames"] == nil
		}))},
		{"auxiliaryWrites", "in auxiliary mode that writes", func(g object) bool {
			return g["mode"] == "auxiliary" && anyOperation(func(name string) bool { return strings.HasPrefix(name, "update") })(g)
		}},
	}
}

func badSubscriptions() []defect {
	return []defect{
		{"typeWrong", "of another type", func(s object) bool { return s["type"] != "Subscription" }},
		{"notificationMissing", "without notification", lacks("notification")},
		{"endpointMissing", "without endpoint", func(s object) bool { return slices.ContainsFunc(objects(s["notification"]), lacks("endpoint")) }},
		{"nothingWatched", "about nothing", func(s object) bool { return s["entities"] == nil && s["watchedAttributes"] == nil }},
		{"expiresPast", "that has ended", func(s object) bool {
			at, ok := s["expiresAt"].(string)
			return ok && at < "2020"
		}},
	}
}

// registering is the faults of what a registration keeps.
func registering() []Fault {
	create := Op(http.MethodPost, registered)
	loses := func(name, summary string, members ...string) Fault {
		return Fault{Name: "registration.create." + name, Summary: summary, On: create, Request: fragments(func(g object) {
			for _, member := range members {
				delete(g, member)
			}
		})}
	}
	losesInside := func(name, summary, member string) Fault {
		return Fault{Name: "registration.create." + name, Summary: summary, On: create, Request: fragments(func(g object) {
			for _, info := range objects(g["information"]) {
				delete(info, member)
				for _, e := range objects(info["entities"]) {
					delete(e, member)
				}
			}
		})}
	}
	return []Fault{
		loses("description-lost", "A registration's description is not kept.", "description"),
		loses("location-lost", "A registration's location is not kept.", "location"),
		loses("interval-lost", "A registration's interval of observation is not kept.", "observationInterval"),
		loses("mode-lost", "A registration's mode is not kept.", "mode"),
		loses("operations-lost", "A registration's operations are not kept.", "operations"),
		loses("info-lost", "What is to be sent to a source is not kept.", "contextSourceInfo"),
		loses("end-lost", "A registration's end is not kept.", "expiresAt"),
		{Name: "registration.create.first-type-only", Summary: "Of several types of a registration's entities the first one is kept.", On: create, Request: fragments(func(g object) {
			for _, info := range objects(g["information"]) {
				for _, e := range objects(info["entities"]) {
					if types := items(e["type"]); len(types) > 1 {
						e["type"] = types[0]
					}
				}
			}
		})},
		{Name: "registration.query.pattern-before-id", Summary: "Where a registration has an id and a pattern, the pattern counts.", On: create, Request: fragments(func(g object) {
			for _, info := range objects(g["information"]) {
				for _, e := range objects(info["entities"]) {
					if e["idPattern"] != nil {
						delete(e, "id")
					}
				}
			}
		})},
		losesInside("properties-lost", "A registration's property names are not kept.", "propertyNames"),
		losesInside("relationships-lost", "A registration's relationship names are not kept.", "relationshipNames"),
		losesInside("entity-id-lost", "The ids of a registration's entities are not kept.", "id"),
		losesInside("pattern-lost", "The patterns of ids in a registration are not kept.", "idPattern"),
		{Name: "registration.create.first-information-only", Summary: "Of a registration's information the first item is kept.", On: create, Request: fragments(func(g object) {
			if all := items(g["information"]); len(all) > 1 {
				g["information"] = all[:1]
			}
		})},
		{Name: "registration.retrieve.status-active", Summary: "A registration's status is that of a subscription.",
			On: Op(http.MethodGet, registered+"/*"), Answer: answered(func(g object) { g["status"] = "active" })},
		{Name: "registration.create.exclusive-by-default", Summary: "A registration without mode is shown as exclusive.",
			On: Op(http.MethodGet, registered+"/*"), Answer: answered(func(g object) {
				if g["mode"] == nil {
					g["mode"] = "exclusive"
				}
			})},
	}
}

// conflicting is the faults of which registrations exclude one another.
func conflicting() []Fault {
	create := Op(http.MethodPost, registered)
	isConflict := func(e exchange) bool {
		p, _ := decode(e.Body).(object)
		return e.Status == http.StatusConflict && p["type"] == ngsild.ErrorPrefix+ngsild.Conflict
	}
	return []Fault{
		{Name: "registration.conflict.none", Summary: "No registration excludes another one.", On: create, Instead: answering(func(e exchange) {
			if isConflict(e) {
				e.done(http.StatusCreated)
			}
		})},
		{Name: "registration.update.ignores-entities", Summary: "An update may claim what the platform itself has of an entity.", On: Op(http.MethodPatch, registered+"/*"),
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusConflict && strings.Contains(string(a.Body), "itself") {
					a.Status, a.Body = http.StatusNoContent, nil
				}
			}},
		{Name: "registration.conflict.by-entity", Summary: "There can be one registration for an entity only.", On: create,
			Instead: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				for _, info := range informationIn(decode(ReadBody(r))) {
					for _, e := range objects(info["entities"]) {
						kind, _ := e["type"].(string)
						q := url.Values{"type": {kind}, "id": {idOf(e)}}
						if found, ok := ask(next, r, http.MethodGet, registered+"?"+q.Encode(), nil).list(); ok && len(found) > 0 && idOf(e) != "" {
							a := &Answer{}
							problem(a, http.StatusConflict, ngsild.Conflict)
							a.WriteTo(w)
							return
						}
					}
				}
				next.ServeHTTP(w, r)
			}},
		{Name: "registration.conflict.ignores-entities", Summary: "A source may claim what the platform itself has of an entity.", On: create,
			Instead: answering(func(e exchange) {
				for _, info := range informationIn(e.sent) {
					for _, entity := range objects(info["entities"]) {
						if isConflict(e) && get(e.next, e.request, idOf(entity)) != nil {
							e.done(http.StatusCreated)
						}
					}
				}
			})},
		{Name: "registration.update.conflict-ignored", Summary: "An update may claim what another registration has.", On: Op(http.MethodPatch, registered+"/*"),
			Answer: func(_ *http.Request, a *Answer) {
				if a.Status == http.StatusConflict {
					a.Status, a.Body = http.StatusNoContent, nil
				}
			}},
	}
}

// informationIn is the information of a registration.
func informationIn(v any) []object {
	g, _ := v.(object)
	return objects(g["information"])
}

// registrationNames is the faults of the names in registrations.
func registrationNames() []Fault {
	create := Op(http.MethodPost, registered)
	mixes := func(r *http.Request, sent any) bool {
		o, _ := sent.(object)
		switch {
		case isJSONLD(r):
			return o["@context"] == nil || hasLink(r)
		default:
			return o["@context"] != nil
		}
	}
	return []Fault{
		{Name: "registration.context.ignored", Summary: "The names in a registration are not expanded by the @context that comes with it.",
			On: create, Request: func(r *http.Request) {
				r.Header.Del("Link")
				if isJSONLD(r) {
					fragments(func(g object) { g["@context"] = ngsild.CoreContextURL })(r)
				}
			}},
		{Name: "registration.context.no-default", Summary: "Names of no @context have no IRI, and are not found by one.",
			On:     Op(http.MethodGet, registered).where(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Query().Get("type"), ngsild.DefaultVocab) }),
			Answer: emptied},
		{Name: "registration.context.mixes", Summary: "A registration's @context may be anywhere, whatever its Content-Type.",
			On: create, Instead: answering(func(e exchange) {
				if e.Status == http.StatusBadRequest && mixes(e.request, e.sent) {
					e.done(http.StatusCreated)
				}
			})},
	}
}

// registrationChanges is the faults of updates.
func registrationChanges() []Fault {
	change := Op(http.MethodPatch, registered+"/*")
	return []Fault{
		{Name: "registration.update.drops-others", Summary: "An update drops a description that it does not name.", On: change, Request: fragments(func(g object) {
			if _, named := g["description"]; !named {
				g["description"] = nil
			}
		})},
		{Name: "registration.update.takes-any-manner", Summary: "An update may ask for any media type of what a source is asked.", On: change, Instead: answering(func(e exchange) {
			if g, is := e.sent.(object); is && e.Status == http.StatusBadRequest && telling("accept", noMedia)(g) {
				e.done(http.StatusNoContent)
			}
		})},
		{Name: "registration.update.information-lost", Summary: "An update of information is said to be made, and is not.", On: change,
			Instead: swallowWhen(http.StatusNoContent, func(v any) bool { return len(informationIn(v)) > 0 })},
		{Name: "registration.update.end-stays", Summary: "A registration's end cannot be taken away.", On: change,
			Instead: swallowWhen(http.StatusNoContent, func(v any) bool {
				g, _ := v.(object)
				end, named := g["expiresAt"]
				return named && (end == nil || end == "urn:ngsi-ld:null")
			})},
	}
}

// discovering is the faults of the discovery of sources.
func discovering() []Fault {
	query := Op(http.MethodGet, registered)
	always := func(q url.Values) {
		without("timeproperty", "endTimeAt")(q)
		q.Set("timerel", "after")
		q.Set("timeAt", "1970-01-01T00:00:00Z")
	}
	unfound := func(name, summary string, on Match, so func(r *http.Request, g object) bool) Fault {
		return Fault{Name: "registration.query." + name, Summary: summary, On: on,
			Answer: kept(func(r *http.Request, g object) bool { return !so(r, g) })}
	}
	takes := func(name, summary string, on Match) Fault {
		return Fault{Name: "registration.query." + name, Summary: summary, On: on, Answer: func(r *http.Request, a *Answer) {
			if a.Status == http.StatusBadRequest {
				emptied(r, a)
			}
		}}
	}
	anyEntity := func(r *http.Request) {
		q := r.URL.Query()
		without("type", "id")(q)
		q.Set("idPattern", ".*")
		r.URL.RawQuery = q.Encode()
	}
	return []Fault{
		{Name: "registration.query.any-type", Summary: "Sources of entities of any type are found.", On: query.WithQuery("type"), Request: anyEntity},
		{Name: "registration.query.first-type-only", Summary: "Of several types the first one counts.", On: query.WithQuery("type"), Request: inParam("type", upTo(","))},
		{Name: "registration.query.any-attribute", Summary: "Sources of any attributes are found.", On: query.WithQuery("attrs").WithQuery("type"), Request: DropQuery("attrs")},
		{Name: "registration.query.attributes-of-q-ignored", Summary: "What q names does not count for which sources are found.", On: query.WithQuery("q").WithQuery("type"), Request: DropQuery("q")},
		{Name: "registration.query.q-wants-type", Summary: "A query by q without type is refused.", On: query.WithQuery("q").WithoutQuery("type"), Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }},
		{Name: "registration.query.geo-wants-type", Summary: "A geo-query without type is refused.", On: query.WithQuery("georel").WithoutQuery("type"), Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }},
		{Name: "registration.query.wants-type", Summary: "A query without type is refused.", On: query.WithoutQuery("type"), Instead: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w) }},
		unfound("properties-only", "Sources are not found by their relationships.", query.WithQuery("attrs"), func(_ *http.Request, g object) bool {
			return inInformation(func(info object) bool { return info["relationshipNames"] != nil })(g)
		}),
		unfound("wants-entity-info", "Sources that name no entities are not found.", query, func(_ *http.Request, g object) bool { return inInformation(lacks("entities"))(g) }),
		unfound("patterns-as-text", "A pattern of ids finds sources with the very same pattern only.", query.WithQuery("idPattern"), func(r *http.Request, g object) bool {
			return inEntities(func(e object) bool { return e["idPattern"] != nil && e["idPattern"] != r.URL.Query().Get("idPattern") })(g)
		}),
		{Name: "registration.query.any-id", Summary: "Sources of entities of any id are found.", On: query.WithQuery("id"), Request: DropQuery("id")},
		{Name: "registration.query.first-id-only", Summary: "Of several ids the first one counts.", On: query.WithQuery("id"), Request: inParam("id", upTo(","))},
		{Name: "registration.query.patterns-match-all", Summary: "A source with a pattern of ids is found by any id.", On: query.WithQuery("id"),
			Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				all := ask(without("id"))
				return union(found, slices.DeleteFunc(all, func(v any) bool {
					g, _ := v.(object)
					return !inEntities(func(e object) bool { return e["idPattern"] != nil })(g)
				}))
			})},
		{Name: "registration.query.pattern-ignored", Summary: "A pattern of ids does not count.", On: query.WithQuery("type"), Request: DropQuery("idPattern")},
		{Name: "registration.query.scope-ignored", Summary: "A scope query does not count.", On: query, Request: DropQuery("scopeQ")},
		{Name: "registration.query.nothing-not-found", Summary: "Where no source is found the answer is 404.", On: query, Answer: notFoundIfEmpty},
		{Name: "registration.query.geo-ignored", Summary: "A geo-query does not count.", On: query.WithQuery("georel"), Request: func(r *http.Request) {
			q := r.URL.Query()
			without("georel", "geometry", "coordinates", "geoproperty")(q)
			r.URL.RawQuery = q.Encode()
		}},
		{Name: "registration.query.past-as-present", Summary: "Without a temporal query, sources of the past are found, too.", On: query.WithoutQuery("timerel"),
			Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				return union(found, ask(always))
			})},
		{Name: "registration.query.present-as-past", Summary: "A temporal query finds sources of the present, too.", On: query.WithQuery("timerel"),
			Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				return union(found, ask(without("timerel", "timeAt", "endTimeAt", "timeproperty")))
			})},
		{Name: "registration.query.any-past", Summary: "A temporal query finds sources of any time.", On: query.WithQuery("timerel"),
			Instead: relisted(func(_ *http.Request, found []any, ask func(func(url.Values)) []any) []any {
				return union(found, ask(always))
			})},
		{Name: "registration.query.timeproperty-ignored", Summary: "The time property of a temporal query does not count.", On: query, Request: DropQuery("timeproperty")},
		takes("nothing-finds-all", "A query by nothing is answered.", query.WithoutQuery("type").WithoutQuery("attrs").WithoutQuery("q").WithoutQuery("georel")),
		takes("any-id-taken", "A query by an id that is no URI is answered.", query.WithQuery("id")),
		takes("invalid-q-ignored", "A query whose q is not valid is answered.", query.WithQuery("q")),
		takes("invalid-geo-ignored", "A geo-query that is not complete is answered.", query.WithQuery("georel")),
		takes("invalid-time-ignored", "A temporal query that is not complete is answered.", query.WithQuery("timerel")),
	}
}

// sourceSubscribing is the faults of what a subscription to registrations keeps.
func sourceSubscribing() []Fault {
	create := Op(http.MethodPost, watched)
	sets := func(name, summary string, edit func(s object)) Fault {
		return Fault{Name: "source-subscription.create." + name, Summary: summary, On: create, Request: fragments(edit)}
	}
	return []Fault{
		{Name: "source-subscription.create.as-plain", Summary: "A subscription to registrations is one to entities as well.", On: create,
			Instead: answering(func(e exchange) {
				if e.Status == http.StatusCreated {
					ask(e.next, e.request, http.MethodPost, "/subscriptions", e.sent)
				}
			})},
		sets("paused", "A subscription to registrations is paused at first.", func(s object) { s["isActive"] = false }),
		sets("always-active", "A subscription to registrations is never paused.", func(s object) { s["isActive"] = true }),
		sets("end-lost", "A subscription to registrations never ends.", func(s object) { delete(s, "expiresAt") }),
	}
}

// sourceNotifying is the faults of notifications about registrations.
func sourceNotifying() []Fault {
	create, read := Op(http.MethodPost, watched), Op(http.MethodGet, watched+"/*")
	loses := func(name, summary string, members ...string) Fault {
		return Fault{Name: "source-notification." + name, Summary: summary, On: create, Request: fragments(func(s object) {
			for _, member := range members {
				delete(s, member)
			}
		})}
	}
	unsent := func(name, summary, reason string) Fault {
		return Fault{Name: "source-notification." + name, Summary: summary, On: notifications(), Outgoing: lost(func(n object) bool { return n["triggerReason"] == reason })}
	}
	uncounted := func(name, summary string, members ...string) Fault {
		return Fault{Name: "source-notification." + name, Summary: summary, On: read, Answer: answered(func(s object) {
			for _, n := range objects(s["notification"]) {
				for _, member := range members {
					delete(n, member)
				}
			}
		})}
	}
	return []Fault{
		unsent("no-news", "Subscribers are not told of sources that match newly.", "newlyMatching"),
		unsent("no-updates", "Subscribers are not told of registrations that are updated.", "updated"),
		unsent("no-farewell", "Subscribers are not told of sources that match no longer.", "noLongerMatching"),
		loses("any-attribute", "Attributes do not count for what a subscriber is told.", "watchedAttributes"),
		loses("temporal-query-ignored", "A temporal query does not count for what a subscriber is told.", "temporalQ"),
		loses("geo-query-ignored", "A geo-query does not count for what a subscriber is told.", "geoQ"),
		loses("paused-too", "Subscribers are told although they paused.", "isActive"),
		loses("interval-ignored", "Subscribers are told of changes, never periodically.", "timeInterval"),
		{Name: "source-notification.timeproperty-ignored", Summary: "The time property of a subscriber's temporal query does not count.", On: create, Request: fragments(func(s object) {
			for _, q := range objects(s["temporalQ"]) {
				delete(q, "timeproperty")
			}
		})},
		{Name: "source-notification.any-type", Summary: "Types do not count for what a subscriber is told.", On: create, Request: fragments(func(s object) {
			delete(s, "entities")
			if s["watchedAttributes"] == nil {
				s["watchedAttributes"] = []any{"name"}
			}
		})},
		{Name: "source-notification.receiver-info-lost", Summary: "What a subscriber wants to be sent along is not sent.", On: create, Request: fragments(func(s object) {
			for _, n := range objects(s["notification"]) {
				for _, endpoint := range objects(n["endpoint"]) {
					delete(endpoint, "receiverInfo")
				}
			}
		})},
		{Name: "source-notification.type-of-entities", Summary: "What tells of registrations has the type of what tells of entities.", On: notifications(),
			Outgoing: notified(func(n object, _ http.Header) { n["type"] = "Notification" })},
		{Name: "source-notification.ids-only", Summary: "Subscribers are told ids of registrations and no more.", On: notifications(),
			Outgoing: notifiedEntities(func(g object) {
				for _, member := range sorted(g) {
					if member != "id" && member != "type" {
						delete(g, member)
					}
				}
			})},
		{Name: "source-notification.no-link", Summary: "Notifications about registrations name no @context.", On: notifications(),
			Outgoing: notified(func(n object, h http.Header) {
				if n["type"] == "ContextSourceNotification" {
					h.Del("Link")
				}
			})},
		{Name: "source-notification.json-ld-by-default", Summary: "Notifications about registrations are JSON-LD where nothing is said of it.", On: create, Request: fragments(func(s object) {
			for _, n := range objects(s["notification"]) {
				for _, endpoint := range objects(n["endpoint"]) {
					if endpoint["accept"] == nil {
						endpoint["accept"] = ngsild.MediaJSONLD
					}
				}
			}
		})},
		{Name: "source-notification.always-json", Summary: "Notifications about registrations are plain JSON, whatever the subscriber accepts.", On: create, Request: fragments(func(s object) {
			for _, n := range objects(s["notification"]) {
				for _, endpoint := range objects(n["endpoint"]) {
					delete(endpoint, "accept")
				}
			}
		})},
		loses("scope-query-ignored", "A scope query does not count for what a subscriber is told.", "scopeQ"),
		loses("filter-ignored", "A filter of sources does not count for what a subscriber is told.", "csf"),
		uncounted("not-counted", "Notifications about registrations are not counted.", "timesSent", "lastNotification", "lastSuccess"),
		uncounted("failure-not-counted", "It is not said when a notification about registrations failed.", "lastFailure", "timesFailed"),
	}
}
