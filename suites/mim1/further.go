package mim1

import (
	"slices"

	. "github.com/oasc/mimcheck/suites"
)

// Further is the checks of what is optional beside provision, consumption,
// subscriptions, temporal evolution and context sources: hosted @contexts, purging,
// tenants, linked entities, ordering, entity maps and snapshots; and of what ranges over all
// kinds of attributes, in a table or generated.
func Further() []Check {
	return slices.Concat(
		contextHosting(), cachedContexts(), implicitContexts(),
		purge(), tenants(), unknownTenants(), withoutTenants(), limits(), linked(), ordering(), entityMaps(), createdMaps(), sourceIdentity(),
		batchContexts(), batchTypes(), typed(), attributeKinds(), listRelationships(), finerPoints(), attributeForms(), defaultInstances(), attributeNulls(), memberSelection(), sundry(),
		pitfalls(), linkedNames(),
		generated(), answerForms(), refusalForms(), jsonLD(), answersAgain(), answersInPart(),
		furtherParameters(), entityMapCreation(), entityMapsOfParts(), pastOfParts(), entityMapLifetimes(),
		mapLives(), mapsAtSources(),
		snapshots(), snapshotMembers(), snapshotFilling(), snapshotNotifications(), snapshotPurge(), snapshotEcho(), earlierVersions(),
	)
}

// cim009Later is the specification that rules refer to which V1.8.1 has not.
const cim009Later = "ETSI GS CIM 009 V1.9.1, "

// common gives checks what they have in common where they do not say otherwise.
func common(checks []Check, of Check) []Check {
	for i := range checks {
		c := &checks[i]
		if c.Requirements == nil {
			c.Requirements = of.Requirements
		}
		if c.Clause == "" {
			c.Clause = of.Clause
		}
		if c.Level == "" {
			c.Level = of.Level
		}
		if c.Feature == "" {
			c.Feature = of.Feature
		}
		if c.Needs == nil {
			c.Needs = of.Needs
		}
		if c.Since == "" {
			c.Since = of.Since
		}
		if c.Hint == "" {
			c.Hint = of.Hint
		}
	}
	return checks
}

// covering is the check with test purposes of the same aim.
func covering(c Check, purposes ...string) Check {
	c.TestPurposes = purposes
	return c
}
