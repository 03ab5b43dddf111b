package verify_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write what is made of other files")

// overlays are all that can be applied.
func overlays(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("../kubernetes/overlays/*")
	if err != nil || len(all) == 0 {
		t.Fatal("no overlays", err)
	}
	return append(all, "../kubernetes/monitoring")
}

// empty returns the type of an object.
func empty(kind string) (any, error) {
	switch kind {
	case "v1 Namespace":
		return new(core.Namespace), nil
	case "v1 ConfigMap":
		return new(core.ConfigMap), nil
	case "v1 Service":
		return new(core.Service), nil
	case "v1 PersistentVolumeClaim":
		return new(core.PersistentVolumeClaim), nil
	case "apps/v1 Deployment":
		return new(apps.Deployment), nil
	case "batch/v1 CronJob":
		return new(batch.CronJob), nil
	case "networking.k8s.io/v1 NetworkPolicy":
		return new(networking.NetworkPolicy), nil
	case "monitoring.coreos.com/v1 ServiceMonitor":
		return new(monitoring.ServiceMonitor), nil
	case "monitoring.coreos.com/v1 PrometheusRule":
		return new(monitoring.PrometheusRule), nil
	}
	return nil, errors.New("a kind that no type is known for: " + kind)
}

// render is what `kubectl kustomize` prints of a directory, strictly decoded.
func render(t *testing.T, dir string) []any {
	t.Helper()
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []any
	for _, resource := range made.Resources() {
		text, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		object, err := empty(resource.GetApiVersion() + " " + resource.GetKind())
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.UnmarshalStrict(text, object); err != nil {
			t.Fatalf("%s %s: %v", resource.GetKind(), resource.GetName(), err)
		}
		if namespace := resource.GetNamespace(); namespace != "rosterd" && resource.GetKind() != "Namespace" {
			t.Errorf("%s %s is in namespace %q", resource.GetKind(), resource.GetName(), namespace)
		}
		all = append(all, object)
	}
	return all
}

func TestOverlaysAreRendered(t *testing.T) {
	for _, dir := range overlays(t) {
		if len(render(t, dir)) == 0 {
			t.Errorf("%s renders to nothing", dir)
		}
	}
}

// podsOf are the pods that objects make.
func podsOf(objects []any) (pods []core.PodTemplateSpec) {
	for _, object := range objects {
		switch o := object.(type) {
		case *apps.Deployment:
			pods = append(pods, o.Spec.Template)
		case *batch.CronJob:
			pods = append(pods, o.Spec.JobTemplate.Spec.Template)
		}
	}
	return pods
}

// Every pod keeps the restricted standard by Kubernetes' own judgement, has no token of
// the cluster and a bound on its memory, and is made of what the overlay brings.
func TestPodsAreRestricted(t *testing.T) {
	checks := policy.DefaultChecks()
	evaluator, err := policy.NewEvaluator(checks, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range overlays(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			objects := render(t, dir)
			for _, pod := range podsOf(objects) {
				for _, result := range evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &pod.ObjectMeta, &pod.Spec) {
					if !result.Allowed {
						t.Errorf("not restricted: %s: %s", result.ForbiddenReason, result.ForbiddenDetail)
					}
				}
				if token := pod.Spec.AutomountServiceAccountToken; token == nil || *token {
					t.Error("the pod has a token of the cluster")
				}
				for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
					if c.Resources.Limits.Memory().IsZero() || c.SecurityContext.ReadOnlyRootFilesystem == nil || !*c.SecurityContext.ReadOnlyRootFilesystem {
						t.Errorf("container %s has no bound on its memory, or may write its root", c.Name)
					}
					if !strings.Contains(c.Image, "/") || !strings.Contains(c.Image, ":") {
						t.Errorf("the image %s has no place or no version", c.Image)
					}
				}
			}
			for _, missing := range dangling(objects) {
				t.Error(missing)
			}
		})
	}
}

// dangling are the names that pods use and that nothing in the overlay has.
func dangling(objects []any) (all []string) {
	there := map[string]bool{"secret rosterd": true} // which the operator makes
	for _, object := range objects {
		switch o := object.(type) {
		case *core.ConfigMap:
			there["configmap "+o.Name] = true
		case *core.PersistentVolumeClaim:
			there["claim "+o.Name] = true
		}
	}
	uses := func(name string) {
		if !there[name] {
			all = append(all, "a pod uses "+name+", which is not there")
		}
	}
	for _, pod := range podsOf(objects) {
		for _, v := range pod.Spec.Volumes {
			switch {
			case v.ConfigMap != nil:
				uses("configmap " + v.ConfigMap.Name)
			case v.PersistentVolumeClaim != nil:
				uses("claim " + v.PersistentVolumeClaim.ClaimName)
			case v.Secret != nil:
				uses("secret " + v.Secret.SecretName)
			}
		}
		for _, c := range pod.Spec.Containers {
			for _, from := range c.EnvFrom {
				uses("configmap " + from.ConfigMapRef.Name)
			}
		}
	}
	return all
}

// A variable that rosterd does not know is an error at its start.
func TestVariablesAreKnown(t *testing.T) {
	example := read(t, "../../config/example.env")
	for _, dir := range overlays(t) {
		for _, name := range variables(render(t, dir)) {
			if !isKnown(example, name) {
				t.Errorf("%s: rosterd does not know %s", dir, name)
			}
		}
	}
}

// isKnown reports whether the example of the environment has a variable; of secrets it
// names the one for a file, too.
func isKnown(example, name string) bool {
	return strings.Contains(example, "\n"+name+"=") || strings.HasSuffix(name, "_FILE") && strings.Contains(example, "Secret: or "+name+".\n")
}

// variables are the names of rosterd's settings in objects.
func variables(objects []any) (names []string) {
	ours := regexp.MustCompile(`^(ROSTERD|VITABLE)_`)
	for _, object := range objects {
		if c, is := object.(*core.ConfigMap); is {
			for name := range c.Data {
				names = append(names, name)
			}
		}
	}
	for _, pod := range podsOf(objects) {
		for _, c := range pod.Spec.Containers {
			for _, variable := range c.Env {
				names = append(names, variable.Name)
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return !ours.MatchString(name) })
}

// What keeps two runs from being at work, and one from being cut off.
func TestWorkloads(t *testing.T) {
	for _, object := range render(t, "../kubernetes/overlays/daemon") {
		switch o := object.(type) {
		case *apps.Deployment:
			if *o.Spec.Replicas != 1 || o.Spec.Strategy.Type != apps.RecreateDeploymentStrategyType {
				t.Error("two daemons may be there at once")
			}
		case *core.PersistentVolumeClaim:
			if diff := cmp.Diff([]core.PersistentVolumeAccessMode{core.ReadWriteOncePod}, o.Spec.AccessModes); diff != "" {
				t.Error("two pods may have the volume:", diff)
			}
		}
	}
	for _, object := range render(t, "../kubernetes/overlays/cronjob") {
		o, is := object.(*batch.CronJob)
		if !is {
			continue
		}
		job := o.Spec.JobTemplate.Spec
		if o.Spec.ConcurrencyPolicy != batch.ForbidConcurrent || o.Spec.StartingDeadlineSeconds == nil || o.Spec.TimeZone == nil {
			t.Error("two runs may be there at once, or one may never be")
		}
		if *job.BackoffLimit != 0 || *job.ActiveDeadlineSeconds <= 7200 || job.Template.Spec.RestartPolicy != core.RestartPolicyNever {
			t.Error("a run is cut off before vitable.poll.deadline, or repeated at once")
		}
	}
}

// Nothing reaches the pods that no policy lets.
func TestNetworkIsDenied(t *testing.T) {
	for _, dir := range overlays(t) {
		denied := filepath.Base(dir) == "monitoring" // which makes no pods
		for _, object := range render(t, dir) {
			if o, is := object.(*networking.NetworkPolicy); is && len(o.Spec.Ingress)+len(o.Spec.Egress) == 0 && len(o.Spec.PolicyTypes) == 2 && len(o.Spec.PodSelector.MatchLabels) == 0 {
				denied = true
			}
		}
		if !denied {
			t.Errorf("%s denies nothing", dir)
		}
	}
}

// The alerts are those of prometheus/rules.yaml.
func TestAlertsAreTheSame(t *testing.T) {
	const file = "../kubernetes/monitoring/prometheusrule.yaml"
	rules := strings.TrimSpace(read(t, "../prometheus/rules.yaml"))
	_, groups, _ := strings.Cut(rules, "\ngroups:\n")
	text := "# Made of deploy/prometheus/rules.yaml: cd deploy/verify && go test . -update\n" +
		"apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: rosterd\nspec:\n  groups:\n"
	for line := range strings.Lines(groups + "\n") {
		if strings.TrimSpace(line) != "" {
			line = "  " + line
		}
		text += line
	}
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(text, read(t, file)); diff != "" {
		t.Errorf("go test . -update makes it (-there +should be):\n%s", diff)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(fmt.Errorf("read: %w", err))
	}
	return string(text)
}

// Each index of the job is a shard of its own, with a directory that it alone has, and
// one that all have; and none of them ends another.
func TestShards(t *testing.T) {
	found := false
	for _, object := range render(t, "../kubernetes/overlays/sharded") {
		o, is := object.(*batch.CronJob)
		if !is {
			continue
		}
		found = true
		job := o.Spec.JobTemplate.Spec
		if *job.CompletionMode != batch.IndexedCompletion || *job.Completions != *job.Parallelism {
			t.Error("the shards are not there at the same time")
		}
		if job.BackoffLimit != nil || *job.BackoffLimitPerIndex != 0 || *job.MaxFailedIndexes != *job.Completions {
			t.Error("a shard that fails ends the others")
		}
		c := job.Template.Spec.Containers[0]
		var names []string
		for _, variable := range c.Env {
			names = append(names, variable.Name)
			if variable.Name == "ROSTERD_SHARD" && variable.Value != fmt.Sprintf("$(JOB_COMPLETION_INDEX)/%d", *job.Completions) {
				t.Errorf("ROSTERD_SHARD is %s", variable.Value)
			}
		}
		if diff := cmp.Diff([]string{"JOB_COMPLETION_INDEX", "ROSTERD_SHARD"}, names); diff != "" {
			t.Error("a variable is not known where it is named:", diff)
		}
		own := slices.ContainsFunc(c.VolumeMounts, func(m core.VolumeMount) bool {
			return m.MountPath == "/data" && strings.Contains(m.SubPathExpr, "$(JOB_COMPLETION_INDEX)")
		})
		shared := slices.ContainsFunc(c.VolumeMounts, func(m core.VolumeMount) bool { return m.MountPath == "/shards" && m.SubPath == "shards" })
		if !own || !shared {
			t.Error("shards share their state, or no place to meet")
		}
	}
	if !found {
		t.Error("there is no job")
	}
}
