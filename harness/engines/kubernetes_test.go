// Package engines holds the job definitions that obconform prints against what
// the engines themselves publish of their forms. It is a module of its own, so
// that the product depends on none of them.
package engines

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// printed is what 'obconform matrix --format kubernetes' prints of the sample,
// which the tests of harness/matrix hold it to.
func printed(t *testing.T) [][]byte {
	t.Helper()
	data, err := os.ReadFile("../matrix/testdata/kubernetes.yml")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(data, []byte("\n---\n"))
}

// decode reads a document by the types that Kubernetes publishes: a member that
// they do not have, and one that is there twice, is an error.
func decode(text []byte) (job batchv1.Job, err error) {
	return job, yaml.UnmarshalStrict(text, &job)
}

func jobs(t *testing.T) []batchv1.Job {
	t.Helper()
	var all []batchv1.Job
	for _, text := range printed(t) {
		job, err := decode(text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		all = append(all, job)
	}
	if len(all) != 6 {
		t.Fatalf("%d jobs, expected one for each of the sample's 6 runs", len(all))
	}
	return all
}

// Each document is a Job with the names and the values that the types ask for.
func TestJobsAreOfKubernetesTypes(t *testing.T) {
	names := map[string]bool{}
	for _, job := range jobs(t) {
		if job.APIVersion != batchv1.SchemeGroupVersion.String() || job.Kind != "Job" {
			t.Errorf("%s is a %s of %s", job.Name, job.Kind, job.APIVersion)
		}
		wrong := slices.Concat(validation.IsDNS1123Label(job.Name), validation.IsDNS1123Label(job.Namespace))
		for _, labels := range []map[string]string{job.Labels, job.Spec.Template.Labels} {
			for name, value := range labels {
				wrong = slices.Concat(wrong, validation.IsQualifiedName(name), validation.IsValidLabelValue(value))
			}
		}
		for _, container := range job.Spec.Template.Spec.Containers {
			for _, variable := range container.Env {
				wrong = append(wrong, validation.IsEnvVarName(variable.Name)...)
			}
		}
		for _, volume := range job.Spec.Template.Spec.Volumes {
			wrong = append(wrong, validation.IsDNS1123Label(volume.Name)...)
			if secret := volume.Secret; secret != nil {
				for _, item := range secret.Items {
					wrong = append(wrong, validation.IsConfigMapKey(item.Key)...)
				}
			}
		}
		if len(wrong) > 0 || names[job.Name] {
			t.Errorf("%s: %q, twice: %v", job.Name, wrong, names[job.Name])
		}
		names[job.Name] = true
	}
}

// A Job that is wrong in one place is refused: what is tested above can fail.
func TestOtherJobsAreRefused(t *testing.T) {
	text := string(printed(t)[0])
	for name, broken := range map[string]string{
		"a member that there is not": strings.Replace(text, "completions:", "completion:", 1),
		"a member twice":             strings.Replace(text, "completions:", "parallelism: 3\n  completions:", 1),
		"another type":               strings.Replace(text, "completions: 3", "completions: three", 1),
		"no quantity":                strings.Replace(text, "512Mi", "512 Mi", 1),
		"a text for a list":          strings.Replace(text, "drop:\n                - ALL", "drop: ALL", 1),
	} {
		if broken == text {
			t.Fatalf("%s: nothing is broken", name)
		}
		if _, err := decode([]byte(broken)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// Shards are the indexes of one Job, none of which ends another or is made
// again.
func TestJobsAreIndexed(t *testing.T) {
	for _, job := range jobs(t) {
		spec := job.Spec
		switch {
		case spec.CompletionMode == nil || *spec.CompletionMode != batchv1.IndexedCompletion:
			t.Errorf("%s is not indexed", job.Name)
		case spec.Completions == nil || spec.Parallelism == nil || *spec.Completions != 3 || *spec.Parallelism != 3:
			t.Errorf("%s has other completions than shards", job.Name)
		case spec.BackoffLimitPerIndex == nil || *spec.BackoffLimitPerIndex != 0 || spec.BackoffLimit != nil:
			t.Errorf("%s makes a shard again, or ends the others with one", job.Name)
		case spec.MaxFailedIndexes == nil || *spec.MaxFailedIndexes != *spec.Completions || spec.ActiveDeadlineSeconds == nil:
			t.Errorf("%s ends early, or never", job.Name)
		case spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever:
			t.Errorf("%s restarts its containers", job.Name)
		}
		if args := spec.Template.Spec.Containers[0].Args; !slices.Contains(args, "auto/3") {
			t.Errorf("%s is called with %q", job.Name, args)
		}
	}
}

// Pods keep to the strictest of the Pod Security Standards, by Kubernetes' own
// judgement, and to what that does not ask for.
func TestPodsAreRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := func(template corev1.PodTemplateSpec) []policy.CheckResult {
		return evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &template.ObjectMeta, &template.Spec)
	}
	for _, job := range jobs(t) {
		if verdict := policy.AggregateCheckResults(restricted(job.Spec.Template)); !verdict.Allowed {
			t.Errorf("%s: %s", job.Name, verdict.ForbiddenDetail())
		}
		pod := job.Spec.Template.Spec
		if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken || pod.EnableServiceLinks == nil || *pod.EnableServiceLinks {
			t.Errorf("%s: a token of the cluster, or variables of its services, are given to the pod", job.Name)
		}
		for _, container := range pod.Containers {
			if root := container.SecurityContext.ReadOnlyRootFilesystem; root == nil || !*root {
				t.Errorf("%s: the root file system can be written to", job.Name)
			}
			if container.Resources.Requests.Cpu().IsZero() || container.Resources.Limits.Memory().IsZero() {
				t.Errorf("%s: resources %+v", job.Name, container.Resources)
			}
		}
		loose := job.Spec.Template.DeepCopy()
		loose.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = nil
		if policy.AggregateCheckResults(restricted(*loose)).Allowed {
			t.Error("a pod that may gain privileges is taken for restricted")
		}
	}
}

// Every mount has its volume, every secret that a variable leads to is mounted
// for reading by the user of the pod alone, and no value of a secret stands in a
// Job.
func TestSecretsAreMounted(t *testing.T) {
	for _, job := range jobs(t) {
		pod := job.Spec.Template.Spec
		volumes, files := map[string]corev1.Volume{}, map[string]bool{}
		for _, volume := range pod.Volumes {
			volumes[volume.Name] = volume
		}
		for _, mount := range pod.Containers[0].VolumeMounts {
			volume, there := volumes[mount.Name]
			if !there {
				t.Errorf("%s: no volume %s", job.Name, mount.Name)
			}
			if volume.Secret == nil {
				continue
			}
			if !mount.ReadOnly || volume.Secret.DefaultMode == nil || *volume.Secret.DefaultMode != 0o440 || pod.SecurityContext.FSGroup == nil {
				t.Errorf("%s: secrets are mounted otherwise", job.Name)
			}
			for _, item := range volume.Secret.Items {
				files[mount.MountPath+"/"+item.Path] = true
			}
		}
		secrets := 0
		for _, variable := range pod.Containers[0].Env {
			if strings.HasPrefix(variable.Value, "/run/secrets/") {
				secrets++
				if !files[variable.Value] {
					t.Errorf("%s: %s is %s, which nobody mounts", job.Name, variable.Name, variable.Value)
				}
			}
		}
		if secrets != len(files) || secrets < 2 {
			t.Errorf("%s: %d variables for %d secrets", job.Name, secrets, len(files))
		}
	}
}
