package catalogue

import (
	"github.com/oasc/mimcheck/suites"
	"github.com/oasc/mimcheck/suites/mim0"
	"github.com/oasc/mimcheck/suites/mim1"
	"github.com/oasc/mimcheck/suites/mim2"
	"github.com/oasc/mimcheck/suites/mim3"
	"github.com/oasc/mimcheck/suites/mim6"
	"github.com/oasc/mimcheck/suites/mim7"
	"github.com/oasc/mimcheck/suites/mim8"
)

// groups are the checks of every suite that is written in Go: a new suite adds its line here.
func groups() [][]suites.Check {
	return [][]suites.Check{mim0.Checks(), mim1.Provision(), mim1.Consumption(), mim1.Subscriptions(), mim1.Registrations(), mim1.MQTT(), mim1.Temporal(), mim1.Further(), mim2.Checks(), mim3.Checks(), mim6.Checks(), mim7.Checks(), mim8.Checks()}
}
