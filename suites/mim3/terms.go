package mim3

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/oasc/mimcheck/internal/probe"
	"github.com/oasc/mimcheck/internal/rdf"
	. "github.com/oasc/mimcheck/suites"
)

func termChecks() []Check {
	shape := func(name, of, what, title string, level Level, requirements []string) Check {
		return entry("terms", name, what, Check{
			Title: title, Level: level, Fault: "dcat.shape." + of, Requirements: requirements,
			Body: func(t *T) { fits(t, document(t), of) },
		})
	}
	return []Check{
		entry("terms", "dataset.present", "Dataset, access rights; Distribution, licence; Distribution, rights; Distribution, has policy", Check{
			Title: "Each dataset tells the terms on which it can be had: by a licence, rights or a policy, of itself, its distributions or its services", Fault: "dcat.terms.none",
			Body: func(t *T) {
				d := document(t)
				about, open := 0, 0
				for _, x := range datasets(t, d) {
					if isSeries(d, x) {
						continue // its datasets tell them
					}
					about++
					from := sources(d, x)
					switch {
					case slices.ContainsFunc(from, func(s rdf.Term) bool { return termed(d, s) }):
					case d.left != "", slices.ContainsFunc(from, func(s rdf.Term) bool { return s.Kind == rdf.IRI && !d.Has(s) }):
						open++
					default:
						t.Holds(d.Response, false, "%v has neither dct:license, dct:rights, dct:accessRights nor odrl:hasPolicy, and nor have its distributions and what serves it", x)
					}
				}
				switch {
				case about == 0:
					t.Untested("the catalogue describes series only, and no dataset")
				case open > 0:
					t.CantTell("%d datasets tell no terms themselves, and have or may have distributions or services that are described where nothing was asked for", open)
				}
			},
		}),
		shape("licence.there", "distribution-licenceThere", "Distribution, licence", "Each distribution has a licence", Extended, templates),
		shape("licence.single", "distribution-licence", "Distribution, licence", "A distribution has one licence at most, and that is a resource and no text", Core, templates),
		entry("terms", "licence.known", "5.2; Distribution, licence", Check{
			Title: "Licences are standard ones, told by their addresses", Level: Extended, Fault: "dcat.terms.own-licence", Requirements: templates,
			Hint: "Each licence of one's own has to be read and understood by each user.",
			Body: func(t *T) {
				d := document(t)
				found := 0
				for _, pair := range d.Linked(dct + "license") {
					if found++; found <= mostFindings {
						t.Holds(d.Response, standardLicence(pair[1].Value), "%v has the licence %v, which is none that is known here", pair[0], pair[1])
					}
				}
				if found == 0 {
					t.Inapplicable("the catalogue names no licence")
				}
			},
		}),
		shape("rights.single", "dataset-accessRights", "Dataset, access rights", "A dataset has one statement of access rights at most, and that is a resource", Core, nil),
		shape("rights.vocabulary", "dataset-rightsVocabulary", "5.2, access rights", "Access rights are told by the Publications Office's words", Extended, nil),
		policy("rules", "A policy has a permission, a prohibition or a duty", "dcat.terms.empty-policy", func(t *T, d paged, p rdf.Term) {
			t.Holds(d.Response, len(rules(d, p)) > 0, "the policy %v has no rule", p)
		}),
		policy("actions", "Each rule of a policy says which action it is about", "dcat.terms.no-action", func(t *T, d paged, p rdf.Term) {
			for _, rule := range rules(d, p) {
				if d.Has(rule) || rule.Kind == rdf.Blank {
					t.Holds(d.Response, len(d.Objects(rule, odrl+"action")) > 0 || len(d.Objects(p, odrl+"action")) > 0, "the rule %v of the policy %v has no action", rule, p)
				}
			}
		}),
	}
}

// sources are a dataset and all by which it can be had: its distributions, their services,
// and the services that say that they serve it.
func sources(d paged, x rdf.Term) []rdf.Term {
	all := append([]rdf.Term{x}, d.Subjects(dcat+"servesDataset", x)...)
	for _, distribution := range d.Objects(x, dcat+"distribution") {
		all = append(append(all, distribution), d.Objects(distribution, dcat+"accessService")...)
	}
	return all
}

// termed says whether something tells its terms.
func termed(d paged, x rdf.Term) bool {
	for _, predicate := range []string{dct + "license", dct + "rights", dct + "accessRights", odrl + "hasPolicy"} {
		if len(d.Objects(x, predicate)) > 0 {
			return true
		}
	}
	return false
}

func policy(name, title, fault string, judge func(t *T, d paged, p rdf.Term)) Check {
	return entry("terms", "policy."+name, "Distribution, has policy; ODRL Information Model 2.2, 2", Check{
		Title: title, Fault: fault, Requirements: templates,
		Body: func(t *T) {
			d := document(t)
			described := 0
			for _, pair := range d.Linked(odrl + "hasPolicy") {
				if d.Has(pair[1]) || pair[1].Kind == rdf.Blank {
					described++
					judge(t, d, pair[1])
				}
			}
			if described == 0 {
				t.Inapplicable("the catalogue describes no policy")
			}
		},
	})
}

func rules(d paged, p rdf.Term) []rdf.Term {
	var all []rdf.Term
	for _, kind := range []string{"permission", "prohibition", "obligation"} {
		all = append(all, d.Objects(p, odrl+kind)...)
	}
	return all
}

// standardLicence says whether an address is of a licence that others use too. Words by which
// vocabularies of licences say that none is known are no licences.
func standardLicence(iri string) bool {
	_, address, _ := strings.Cut(strings.ToLower(iri), "://")
	address = strings.TrimPrefix(address, "www.")
	if strings.HasSuffix(address, "_unknown") || strings.HasSuffix(address, "/unknownipr") {
		return false
	}
	for _, family := range []string{
		"creativecommons.org/licenses/", "creativecommons.org/publicdomain/", "publications.europa.eu/resource/authority/licence/",
		"opendatacommons.org/licenses/", "opendefinition.org/licenses/", "spdx.org/licenses/", "dcat-ap.de/def/licenses/",
		"govdata.de/dl-de/", "nationalarchives.gov.uk/doc/open-government-licence/", "etalab.gouv.fr/licence-ouverte",
		"data.norge.no/nlod", "joinup.ec.europa.eu/collection/eupl", "opensource.org/licenses/", "gnu.org/licenses/", "apache.org/licenses/",
		"data.vlaanderen.be/id/licentie/", "purl.org/adms/licencetype/", "dati.gov.it/iodl/", "dati.gov.it/content/italian-open-data-license", "w3id.org/italia/controlled-vocabulary/licences/",
		"dcat-ap.ch/vocabulary/licenses/",
	} {
		if strings.HasPrefix(address, family) {
			return true
		}
	}
	return false
}

// fileChecks are of what distributions lead to, where that is below the endpoint. Few of those
// that state what is asked are read: a catalogue can have thousands.
func fileChecks() []Check {
	file := func(name, what, title, fault string, states func(d paged, x rdf.Term) bool, judge func(t *T, d paged, x rdf.Term, r *probe.Response)) Check {
		return entry("distribution", "file."+name, what, Check{
			Title: title, Level: Extended, Fault: fault,
			Body: func(t *T) {
				d := document(t)
				asked, refused := 0, 0
				for _, pair := range d.Linked(dcat + "downloadURL") {
					path, below := within(t, pair[1])
					if !below || asked == tries || !states(d, pair[0]) {
						continue
					}
					asked++
					r := t.GET(path, accepting("*/*"), AnyMedia(), Expecting(http.StatusUnauthorized, http.StatusForbidden))
					if name != "there" && r.Status != http.StatusOK {
						refused++ // another check tells of it
						continue
					}
					judge(t, d, pair[0], r)
				}
				switch {
				case asked == 0:
					t.Inapplicable("no distribution has a download below the endpoint of which this is stated")
				case asked == refused:
					t.Untested("none of %d downloads could be had", asked)
				}
			},
		})
	}
	return []Check{
		file("there", "Distribution, download URL", "What a distribution offers for download is there, or asks who wants it", "dcat.file.gone",
			func(paged, rdf.Term) bool { return true },
			func(t *T, _ paged, x rdf.Term, r *probe.Response) {
				t.Expect(r).To(HaveStatus(http.StatusOK, http.StatusUnauthorized, http.StatusForbidden), "the download of %v", x)
			}),
		file("mediaType", "Distribution, media type", "A download has the media type that its distribution states", "dcat.file.other-type",
			func(d paged, x rdf.Term) bool { return statedMedia(d, x) != "" },
			func(t *T, d paged, x rdf.Term, r *probe.Response) {
				t.Holds(r, strings.EqualFold(mediaOf(r), statedMedia(d, x)), "the download of %v is %q, and %s is stated", x, r.Header.Get("Content-Type"), statedMedia(d, x))
			}),
		file("size", "Distribution, byte size", "A download has the size that its distribution states", "dcat.file.longer",
			func(d paged, x rdf.Term) bool { return statedSize(d, x) >= 0 },
			func(t *T, d paged, x rdf.Term, r *probe.Response) {
				t.Holds(r, float64(len(r.Body)) == statedSize(d, x), "the download of %v has %d bytes, and %v are stated", x, len(r.Body), statedSize(d, x))
			}),
		file("checksum", "Distribution, checksum", "A download has the checksum that its distribution states", "dcat.file.changed",
			func(d paged, x rdf.Term) bool {
				algorithm, value := statedSum(d, x)
				_, known := digest(algorithm, nil)
				return known && value != ""
			},
			func(t *T, d paged, x rdf.Term, r *probe.Response) {
				algorithm, value := statedSum(d, x)
				have, _ := digest(algorithm, r.Body)
				t.Holds(r, strings.EqualFold(have, value), "the download of %v has the checksum %s, and %s is stated", x, have, value)
			}),
	}
}

// statedMedia is the media type of IANA's that a distribution states; empty when there is none.
func statedMedia(d paged, x rdf.Term) string {
	stated, _ := d.Object(x, dcat+"mediaType")
	_, media, _ := strings.Cut(stated.Value, "/media-types/")
	return media
}

// statedSize is the size in bytes that a distribution states; negative when there is none.
func statedSize(d paged, x rdf.Term) float64 {
	stated, _ := d.Object(x, dcat+"byteSize")
	n, err := strconv.ParseFloat(stated.Value, 64)
	if err != nil {
		return -1
	}
	return n
}

// statedSum is the algorithm and the value of the checksum that a distribution states.
func statedSum(d paged, x rdf.Term) (algorithm, value string) {
	sum, _ := d.Object(x, spdx+"checksum")
	a, _ := d.Object(sum, spdx+"algorithm")
	v, _ := d.Object(sum, spdx+"checksumValue")
	return a.Value, v.Value
}

// digest is a checksum in hexadecimal digits by an algorithm of SPDX.
func digest(algorithm string, b []byte) (string, bool) {
	_, name, _ := strings.Cut(algorithm, "checksumAlgorithm_")
	switch name {
	case "md5":
		sum := md5.Sum(b)
		return hex.EncodeToString(sum[:]), true
	case "sha1":
		sum := sha1.Sum(b)
		return hex.EncodeToString(sum[:]), true
	case "sha256":
		sum := sha256.Sum256(b)
		return hex.EncodeToString(sum[:]), true
	case "sha512":
		sum := sha512.Sum512(b)
		return hex.EncodeToString(sum[:]), true
	}
	return "", false
}
