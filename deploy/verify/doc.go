// Package verify tries what is in deploy as far as it can be tried without a cluster:
// overlays are rendered as `kubectl kustomize` does, objects are decoded strictly into
// Kubernetes' own types, and pods have to pass its restricted standard. It is a module
// of its own, so that none of what that needs is rosterd's.
package verify
