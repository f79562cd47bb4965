package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/entityfile"
	"github.com/oasc/mimcheck/internal/filecheck"
	"github.com/oasc/mimcheck/internal/models"
	"github.com/oasc/mimcheck/internal/validate"
)

// validateFlags are the flags of `mimcheck models validate` beside --models.
type validateFlags struct {
	model, context, form, format string
	types                        map[string]string
	strict                       bool
	maxEntity                    int
}

func newModelsValidate(l *library) *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use: "validate FILE...", Short: "Hold the entities of files against the models of their types", Args: cobra.MinimumNArgs(1),
		Long: `FILE holds an entity, or a list of them, in JSON, JSON-LD or GeoJSON, or in NDJSON with one
on each line; it may be packed by gzip, and - reads from standard input.

An entity's type is that to which its @context expands it. For files without an @context,
name the model by --model or --type, or the @context by --context.

--format sarif is for code hosts and editors: each error with the line and the column of
the member in FILE that it is about.

Exit codes: 0 all are valid, 1 one is invalid, 2 wrong use or a file that can't be
opened, 3 none is invalid, but one could not be judged, 130 interrupted.`,
		Example: `  mimcheck models validate sensors.ndjson.gz
  mimcheck models validate --format sarif data/*.jsonld > models.sarif
  curl -s https://broker.example.org/ngsi-ld/v1/entities?type=Device | mimcheck models validate --type Device=Device -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := l.open(cmd)
			if err != nil {
				return err
			}
			checker, err := f.checker(c)
			if err != nil {
				return err
			}
			say, ok := formsOfResults()[f.format]
			if !ok {
				return fmt.Errorf("--format %q is unknown: expected text, json or sarif", f.format)
			}
			if f.maxEntity < 1 || f.maxEntity > mostEntity {
				return fmt.Errorf("--max-entity must be 1 to %d MiB", mostEntity)
			}
			t := &tally{used: map[string]bool{}, say: say(cmd.OutOrStdout())}
			for _, name := range args {
				file := &entityfile.File{Path: name, MaxEntity: f.maxEntity << 20}
				if name == entityfile.Stdin {
					file.Input = cmd.InOrStdin()
				}
				err := checker.File(cmd.Context(), file, t.add)
				if cmd.Context().Err() != nil {
					return exitError{exitInterrupted, errors.New("interrupted: not all entities were judged")}
				}
				if err != nil {
					return err
				}
			}
			return t.end(cmd, f.format, l, c)
		},
	}
	cmd.Flags().StringVar(&f.model, "model", "", "hold all entities against this model")
	cmd.Flags().StringToStringVar(&f.types, "type", nil, "model or subject of a type, TYPE=MODEL, where the type's IRI does not tell")
	cmd.Flags().StringVar(&f.context, "context", "", "@context (file, or address of a known one) of entities that have none")
	cmd.Flags().StringVar(&f.form, "form", "", "representation: normalised, concise or keyValues (default by looking)")
	cmd.Flags().BoolVar(&f.strict, "strict", false, "judge by both engines where both can; where they differ, it cannot be told")
	cmd.Flags().StringVar(&f.format, "format", "text", "text, json (the result of every entity as a line) or sarif")
	cmd.Flags().IntVar(&f.maxEntity, "max-entity", entityfile.DefaultMaxEntity>>20, "largest entity in MiB; a larger one is not judged")
	cmd.MarkFlagsMutuallyExclusive("model", "type")
	return cmd
}

func (f *validateFlags) checker(c *models.Catalogue) (*filecheck.Checker, error) {
	checker := &filecheck.Checker{Catalogue: c, Declared: f.types, Form: models.Form(f.form), Strict: f.strict}
	forms := []models.Form{models.AnyForm, models.Normalised, models.Concise, models.KeyValues}
	if !slices.Contains(forms, checker.Form) {
		return nil, fmt.Errorf("--form %q is unknown: expected normalised, concise or keyValues", f.form)
	}
	var err error
	if f.model != "" {
		if checker.Model, err = find(c, f.model); err != nil {
			return nil, err
		}
	}
	for _, t := range slices.Sorted(maps.Keys(f.types)) {
		if _, err := c.FindFor(models.Type{Served: t}, f.types[t]); err != nil {
			return nil, fmt.Errorf("--type %s: %w; `mimcheck models search` finds models by words", t, err)
		}
	}
	if f.context != "" {
		if checker.Context, err = readContext(f.context); err != nil {
			return nil, err
		}
		if _, err := c.Names(checker.Context); err != nil {
			return nil, fmt.Errorf("--context: %w", err)
		}
	}
	return checker, nil
}

// readContext reads an @context document; an address is taken as it is.
func readContext(name string) (any, error) {
	if strings.Contains(name, "://") {
		return name, nil
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--context: %w", err)
	}
	document, err := validate.Decode(content)
	if err != nil {
		return nil, fmt.Errorf("--context %s: %w", name, err)
	}
	object, ok := document.(map[string]any)
	if !ok || object["@context"] == nil {
		return nil, fmt.Errorf("--context %s: expected a JSON object with the member @context", name)
	}
	return object["@context"], nil
}

// tally counts results and hands them on.
type tally struct {
	used                     map[string]bool // ids of models
	say                      results
	valid, invalid, cantTell int
}

func (t *tally) add(r filecheck.Result) error {
	for _, m := range r.Models {
		t.used[m] = true
	}
	switch r.Verdict {
	case validate.Valid:
		t.valid++
	case validate.Invalid:
		t.invalid++
	default:
		t.cantTell++
	}
	return t.say.add(r)
}

// end tells how many there were and gives the exit code.
func (t *tally) end(cmd *cobra.Command, format string, l *library, c *models.Catalogue) error {
	if err := t.say.end(); err != nil {
		return err
	}
	to := cmd.ErrOrStderr()
	if format == "text" {
		to = cmd.OutOrStdout()
	}
	fmt.Fprintf(to, "%d valid, %d invalid, %d cannot be told (models: %s)\n", t.valid, t.invalid, t.cantTell, l.name())
	for _, id := range slices.Sorted(maps.Keys(t.used)) {
		m, err := c.Find(id)
		if err != nil {
			return err
		}
		for _, r := range m.Repairs() {
			fmt.Fprintf(to, "%s was repaired: %s\n", id, r)
		}
	}
	switch {
	case t.invalid > 0:
		return exitError{code: exitNonConformant}
	case t.cantTell > 0:
		return exitError{code: exitInconclusive}
	}
	return nil
}
