package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/oasc/mimcheck/internal/models"
)

// library are the data models that the commands of a group know.
type library struct {
	paths    []string
	contexts map[string]string // files of @context documents, by address
}

func newModels() *cobra.Command {
	l := &library{}
	cmd := group("models", "Show data models, and hold entities against them",
		l.in(newModelsList(l)), l.in(newModelsSearch(l)), l.in(newModelsShow(l)), l.withContexts(newModelsValidate(l)), l.withContexts(newModelsAudit(l)), newModelsDiff(), newModelsExamples(), newModelsSync())
	cmd.Long = `A small set of models is built in. Those that ` + "`mimcheck models sync`" + ` stored, or else the
folders and archives that --models names, are layered over it.`
	return cmd
}

// in adds the flag --models to a command.
func (l *library) in(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringSliceVar(&l.paths, "models", nil, "data-model catalogues (folder, zip or tar) instead of those that were synced")
	return cmd
}

// withContexts adds the flag --context-copy to a command that reads entities.
func (l *library) withContexts(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringToStringVar(&l.contexts, "context-copy", nil, "copy of an @context that entities name and no catalogue has, ADDRESS=FILE (nothing is fetched)")
	return l.in(cmd)
}

// open reads the catalogue. What of it can't be used is told, and the rest still is.
func (l *library) open(cmd *cobra.Command) (*models.Catalogue, error) {
	if len(l.paths) == 0 {
		if _, err := os.Stat(defaultModels()); err == nil {
			l.paths = []string{defaultModels()}
		}
	}
	c, err := models.Open(l.paths...)
	if err != nil {
		return nil, err
	}
	for _, address := range slices.Sorted(maps.Keys(l.contexts)) {
		content, err := os.ReadFile(l.contexts[address])
		if err == nil {
			err = c.AddContext(address, content)
		}
		if err != nil {
			return nil, fmt.Errorf("--context-copy %s=%s: %w", address, l.contexts[address], err)
		}
	}
	for _, p := range c.Problems() {
		fmt.Fprintln(cmd.ErrOrStderr(), "left out:", p)
	}
	return c, nil
}

// name tells where the models come from.
func (l *library) name() string {
	return strings.Join(append([]string{"built-in"}, l.paths...), ", ")
}

// defaultModels is the folder that models are synced to.
func defaultModels() string { return filepath.Join(defaultStateDir(), "models") }

func newModelsList(l *library) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the models", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := l.open(cmd)
			if err != nil {
				return err
			}
			return l.write(cmd.OutOrStdout(), c.Search(""), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newModelsSearch(l *library) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "search WORD...", Short: "Find models by words of their name, title or attributes", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := l.open(cmd)
			if err != nil {
				return err
			}
			found := c.Search(strings.Join(args, " "))
			if len(found) == 0 {
				return fmt.Errorf("no model has all of %q in its name, title or attributes; try fewer words, or `mimcheck models sync` for more models", strings.Join(args, " "))
			}
			return l.write(cmd.OutOrStdout(), found, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (l *library) write(w io.Writer, found []models.Summary, asJSON bool) error {
	if asJSON {
		return printJSON(w, found)
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "MODEL\tVERSION\tLICENCE\tTITLE")
	for _, s := range found {
		title := s.Title
		if s.Broken != "" {
			title = "(broken: " + s.Broken + ")"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.ID, orDash(s.Version), orDash(s.Licence), title)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d models (%s)\n", len(found), l.name())
	return nil
}

func newModelsShow(l *library) *cobra.Command {
	return &cobra.Command{
		Use: "show MODEL", Short: "Show a model and its attributes", Args: cobra.ExactArgs(1),
		Long: "MODEL is an id (SUBJECT/NAME), a name, or the IRI of an entity type.",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := l.open(cmd)
			if err != nil {
				return err
			}
			m, err := find(c, args[0])
			if err != nil {
				return err
			}
			return writeModel(cmd.OutOrStdout(), m)
		},
	}
}

// find is Catalogue.Find with what to do next.
func find(c *models.Catalogue, name string) (*models.Model, error) {
	m, err := c.Find(name)
	if errors.Is(err, models.ErrNoModel) {
		return nil, fmt.Errorf("%w; `mimcheck models search` finds models by words", err)
	}
	return m, err
}

func writeModel(w io.Writer, m *models.Model) error {
	s := m.Summary()
	fmt.Fprintln(w, s.ID)
	for _, line := range [][2]string{
		{"title", s.Title}, {"version", s.Version}, {"licence", s.Licence}, {"type", strings.Join(s.IRIs, ", ")}, {"schema", m.SchemaURL},
		{"read from", strings.Join(strings.Fields(m.Origin+" "+m.Commit+" "+m.Date), " ")}, {"broken", s.Broken}, {"repaired", strings.Join(s.Repairs, "; ")},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "  %-10s  %s\n", line[0], line[1])
		}
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ATTRIBUTE\tKIND\tREQUIRED\tIRI")
	for _, a := range m.Attributes() {
		note := map[bool]string{true: "required"}[a.Required]
		if a.Deprecated {
			note = strings.TrimSpace(note + " deprecated")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", a.Name, orDash(string(a.Kind)), orDash(note), orDash(a.IRI))
	}
	return table.Flush()
}

func newModelsDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff OLD NEW", Short: "Compare two catalogues", Args: cobra.ExactArgs(2),
		Long: "OLD and NEW are folders or archives, as --models takes them.",
		RunE: func(cmd *cobra.Command, args []string) error {
			var both [2]*models.Catalogue
			for i, path := range args {
				l := library{paths: []string{path}}
				var err error
				if both[i], err = l.open(cmd); err != nil {
					return err
				}
			}
			changes := models.Diff(both[0], both[1])
			for _, c := range changes {
				fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", c.Model, c.What)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d differences\n", len(changes))
			return nil
		},
	}
}

func newModelsSync() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use: "sync", Short: "Store models locally", Args: cobra.NoArgs,
		Long: `Repositories of the source replace those of the same name in the store, others stay.
Only an address that --from names is asked for anything over the network.`,
		Example: `  mimcheck models sync --from ./smart-data-models`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			source := from
			if strings.Contains(from, "://") {
				if source, err = models.Fetch(cmd.Context(), from); err != nil {
					return err
				}
				defer func() { err = errors.Join(err, os.Remove(source)) }()
			}
			done, err := models.Sync(to, source, from, time.Now())
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			for _, p := range done.Problems {
				fmt.Fprintln(cmd.ErrOrStderr(), "left out:", p)
			}
			for _, p := range done.Broken {
				fmt.Fprintln(cmd.ErrOrStderr(), "cannot judge:", p)
			}
			fmt.Fprintf(w, "%s: %d models added, %d changed, %d removed, %d unchanged; %d cannot judge, %d files were left out\n",
				to, len(done.Added), len(done.Changed), len(done.Removed), done.Unchanged, len(done.Broken), len(done.Problems))
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "folder, archive (zip or tar), or https address of one")
	cmd.Flags().StringVar(&to, "to", defaultModels(), "folder that they are stored in")
	must(cmd, "from")
	return cmd
}
