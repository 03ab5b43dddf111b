package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// lookUp finds a value in JSON by a path: names and indexes with dots between
// them, [name=value] for the first object of a list that has it, last for its last
// element, and count for its length. Texts come bare, everything else as JSON.
//
//	groups[external_reference_id=sales].removals.count
func lookUp(text []byte, path string) (string, error) {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return "", fmt.Errorf("parse: %w", err)
	}
	path = strings.ReplaceAll(path, "[", ".[")
	for step := range strings.SplitSeq(strings.TrimPrefix(path, "."), ".") {
		if step == "" {
			continue
		}
		next, err := descend(value, step)
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		value = next
	}
	if s, ok := value.(string); ok {
		return s, nil
	}
	out, err := json.Marshal(value)
	return string(out), err
}

func descend(value any, step string) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		inner, ok := v[step]
		if !ok {
			return nil, fmt.Errorf("no %q", step)
		}
		return inner, nil
	case []any:
		if step == "count" {
			return len(v), nil
		}
		if step == "last" && len(v) > 0 {
			return v[len(v)-1], nil
		}
		if key, want, ok := strings.Cut(strings.Trim(step, "[]"), "="); ok {
			for _, one := range v {
				if object, isObject := one.(map[string]any); isObject && fmt.Sprint(object[key]) == want {
					return one, nil
				}
			}
			return nil, fmt.Errorf("nothing has %s", step)
		}
		i, err := strconv.Atoi(step)
		if err != nil || i >= len(v) {
			return nil, fmt.Errorf("no index %q in %d", step, len(v))
		}
		return v[i], nil
	}
	return nil, fmt.Errorf("%q leads nowhere", step)
}
