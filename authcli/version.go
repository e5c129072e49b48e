package authcli

import (
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: a.example("version"),
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			a.say("%s %s %s %s/%s", a.Name, a.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}
