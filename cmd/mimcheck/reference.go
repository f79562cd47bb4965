package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/mod/semver"

	"github.com/oasc/mimcheck/internal/embedded"
	"github.com/oasc/mimcheck/internal/reference"
	"github.com/oasc/mimcheck/internal/reference/faults"
)

// mostGenerated is the most entities that can be generated: they are held in memory.
const mostGenerated = 10_000_000

func newReference() *cobra.Command {
	cmd := group("reference", "The reference city platform and its faults")
	var port int
	var host, version string
	var names []string
	var empty bool
	var generated int
	var folder string
	var options reference.Options
	serve := &cobra.Command{
		Use:   "serve",
		Short: "Serve the reference platform until interrupted",
		Example: "  mimcheck reference serve --port 9090 --fault entity.create.no-location\n" +
			"  mimcheck reference serve --generate 100000",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case generated < 0 || generated > mostGenerated:
				return fmt.Errorf("--generate is %d: expected a number of entities from 0 to %d", generated, mostGenerated)
			case !semver.IsValid("v" + version):
				return fmt.Errorf("--spec-version is %q: expected a version of ETSI GS CIM 009 such as %s", version, embedded.SpecVersion)
			case options.MostConditions < 0 || options.MostResults < 0:
				return fmt.Errorf("--most-conditions is %d and --most-results %d: expected numbers from 1 on, or 0 for no such limit", options.MostConditions, options.MostResults)
			case empty && generated > 0:
				return errors.New("--empty and --generate exclude one another: the generated entities are like those of the sample city")
			}
			active, err := faults.Named(names...)
			if err != nil {
				return err
			}
			options.Empty, options.Generate, options.SpecVersion = empty, generated, version
			city, err := embedded.Start(fmt.Sprintf("%s:%d", host, port), options, active...)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "reference city platform at %s/ngsi-ld/v1, by TLS at %s\n", city.URL, city.Secure)
			if folder != "" {
				if err := city.WriteTarget(folder); err != nil {
					city.Close()
					return err
				}
			}
			for _, f := range active {
				fmt.Fprintf(cmd.OutOrStdout(), "fault %s: %s\n", f.Name, f.Summary)
			}
			context.AfterFunc(cmd.Context(), city.Close)
			return city.Wait()
		},
	}
	serve.Flags().IntVar(&port, "port", 9090, "port to listen at; 0 picks a free one")
	serve.Flags().StringVar(&host, "host", "127.0.0.1", "address to listen at")
	serve.Flags().StringSliceVar(&names, "fault", nil, "switch on named faults")
	serve.Flags().StringVar(&folder, "write-target", "", "folder for a target.yaml of the platform, with its authority and its clients' secrets")
	serve.Flags().StringVar(&version, "spec-version", embedded.SpecVersion, "version of ETSI GS CIM 009 whose rule counts where versions differ")
	serve.Flags().BoolVar(&empty, "empty", false, "leave out the sample city data")
	serve.Flags().IntVar(&generated, "generate", 0, "add so many generated entities to the sample city (a million take about half a gigabyte)")
	serve.Flags().BoolVar(&options.NoTenants, "no-tenants", false, "have no tenants, and say so to who names one")
	serve.Flags().IntVar(&options.MostConditions, "most-conditions", 0, "refuse a q of more conditions as too complex; 0 for no such limit")
	serve.Flags().IntVar(&options.MostResults, "most-results", 0, "refuse to give more items at once; 0 gives fewer than were asked for")
	cmd.AddCommand(serve, &cobra.Command{
		Use: "faults", Short: "List the faults that can be switched on by name", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, f := range faults.All() {
				fmt.Fprintf(table, "%s\t%s\n", f.Name, f.Summary)
			}
			return table.Flush()
		},
	})
	return cmd
}
