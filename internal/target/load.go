package target

// Load reads a target.yaml.
func Load(string) (*Target, error) { panic("not yet") }
