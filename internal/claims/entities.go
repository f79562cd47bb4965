package claims

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/runner"
	"github.com/oasc/mimcheck/internal/validate"
	"github.com/oasc/mimcheck/reports"
)

// model judges by the entities of the run's sample whose type follows a data model: those
// that the platform held, without those that the run itself created.
func model(id string, e Evidence, catalogue *models.Catalogue) judgement {
	m, err := catalogue.Find(id)
	if err != nil {
		return judgement{finding: NotShown, reason: err.Error()}
	}
	var valid, invalid, doubtful int
	var first string // what is wrong with the first invalid entity
	for _, object := range sampled(e) {
		entity, err := catalogue.Read(object, models.Normalised)
		if err != nil || strings.Contains(entity.ID, e.Bundle.Run.Token) || !follows(entity, m, catalogue, e.Bundle.Run.Target.Statement.Types) {
			continue
		}
		switch j := entity.Judge(m); {
		case j.Verdict == validate.Invalid:
			invalid++
			if first == "" && len(j.Errors) > 0 {
				first = fmt.Sprintf(" First %s: %s at %s.", entity.ID, j.Errors[0].Message, j.Errors[0].Served)
			}
		case j.Verdict == validate.Valid && len(entity.Faults) == 0:
			valid++
		default:
			doubtful++
		}
	}
	total := reports.Plural(valid+invalid+doubtful, "entity", "entities")
	j := judgement{finding: NotShown}
	switch {
	case invalid > 0:
		j.finding, j.reason = Contradicted, fmt.Sprintf("%d of %s that the run looked at are not as the model says.%s", invalid, total, first)
	case doubtful > 0:
		j.reason = fmt.Sprintf("%d of %s that the run looked at could not be judged.", doubtful, total)
	case valid > 0:
		j.finding, j.reason = Proven, fmt.Sprintf("%s that the run looked at are as the model says.", total)
	default:
		j.reason = "The run saw no entity of the model: let the platform hold some, whose type expands to the model's IRI, and run again."
	}
	want := map[Finding]reports.Outcome{Proven: reports.Passed, Contradicted: reports.Failed}[j.finding]
	for _, c := range e.Report.Checks { // they look at the same entities, and at those of other models
		if c.MIM == "MIM2" && strings.HasPrefix(c.ID, "mim2.schema.") && c.Outcome == want {
			j.checks = append(j.checks, c)
		}
	}
	return j
}

// follows says whether a type of the entity is that of a model.
func follows(e *models.Entity, m *models.Model, catalogue *models.Catalogue, declared map[string]string) bool {
	return slices.ContainsFunc(e.Types, func(t models.Type) bool {
		match, err := catalogue.ForType(t, declared)
		return err == nil && match.Model.ID() == m.ID()
	})
}

// sampled are the entities in the answers that the run's sample was taken from, each once.
func sampled(e Evidence) []map[string]any {
	var all []map[string]any
	seen := map[string]bool{}
	for _, x := range e.Bundle.Of(runner.SampleClient) {
		if x.Response == nil || x.Failure != nil || x.Response.Status != http.StatusOK || !strings.Contains(x.Request.URL, "/entities") {
			continue
		}
		content, kept := e.Bundle.Blobs[x.Response.Body.SHA256]
		if !kept {
			continue
		}
		document, err := validate.Decode(content)
		if err != nil {
			continue
		}
		list, ok := document.([]any)
		if !ok {
			list = []any{document}
		}
		for _, one := range list {
			object, ok := one.(map[string]any)
			id, named := object["id"].(string)
			if ok && named && !seen[id] {
				seen[id] = true
				all = append(all, object)
			}
		}
	}
	return all
}
