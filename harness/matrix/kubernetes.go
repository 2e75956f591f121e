package matrix

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"obconform/harness/config"
)

// Kubernetes is what a file says for Kubernetes alone.
type Kubernetes struct {
	Image        string `json:"image"`
	Namespace    string `json:"namespace"`
	ConfigMap    string `json:"configMap"`
	Secret       string `json:"secret"`
	ReportsClaim string `json:"reportsClaim"`
	CPU          string `json:"cpu"`
	Memory       string `json:"memory"`
	// Deadline is in seconds.
	Deadline int `json:"activeDeadlineSeconds"`
}

// Where things lie in a container.
const (
	configFolder  = "/etc/obconform"
	secretFolder  = "/run/secrets/obconform" // #nosec G101 -- a folder
	reportsFolder = "/reports"
)

// nobody is the user that the container runs as: that of images without a shell.
const nobody = 65532

// The objects of Kubernetes, as far as they are written here (the reference of
// its API, batch/v1 and core/v1; harness/engines holds them against its types).
type (
	kubeJob struct {
		APIVersion string   `yaml:"apiVersion"`
		Kind       string   `yaml:"kind"`
		Metadata   kubeMeta `yaml:"metadata"`
		Spec       kubeSpec `yaml:"spec"`
	}
	kubeMeta struct {
		Name      string            `yaml:"name,omitempty"`
		Namespace string            `yaml:"namespace,omitempty"`
		Labels    map[string]string `yaml:"labels"`
	}
	kubeSpec struct {
		CompletionMode        string       `yaml:"completionMode"`
		Completions           int          `yaml:"completions"`
		Parallelism           int          `yaml:"parallelism"`
		BackoffLimitPerIndex  int          `yaml:"backoffLimitPerIndex"`
		MaxFailedIndexes      int          `yaml:"maxFailedIndexes"`
		ActiveDeadlineSeconds int          `yaml:"activeDeadlineSeconds"`
		Template              kubeTemplate `yaml:"template"`
	}
	kubeTemplate struct {
		Metadata kubeMeta `yaml:"metadata"`
		Spec     kubePod  `yaml:"spec"`
	}
	kubePod struct {
		RestartPolicy                 string          `yaml:"restartPolicy"`
		AutomountServiceAccountToken  bool            `yaml:"automountServiceAccountToken"`
		EnableServiceLinks            bool            `yaml:"enableServiceLinks"`
		TerminationGracePeriodSeconds int             `yaml:"terminationGracePeriodSeconds"`
		SecurityContext               kubePodSecurity `yaml:"securityContext"`
		Containers                    []kubeContainer `yaml:"containers"`
		Volumes                       []kubeVolume    `yaml:"volumes"`
	}
	kubePodSecurity struct {
		RunAsNonRoot   bool              `yaml:"runAsNonRoot"`
		RunAsUser      int               `yaml:"runAsUser"`
		RunAsGroup     int               `yaml:"runAsGroup"`
		FSGroup        int               `yaml:"fsGroup"`
		SeccompProfile map[string]string `yaml:"seccompProfile"`
	}
	kubeContainer struct {
		Name            string                       `yaml:"name"`
		Image           string                       `yaml:"image"`
		Args            []string                     `yaml:"args"`
		Env             []Variable                   `yaml:"env,omitempty"`
		Resources       map[string]map[string]string `yaml:"resources"`
		SecurityContext kubeSecurity                 `yaml:"securityContext"`
		VolumeMounts    []kubeMount                  `yaml:"volumeMounts"`
	}
	kubeSecurity struct {
		AllowPrivilegeEscalation bool                `yaml:"allowPrivilegeEscalation"`
		ReadOnlyRootFilesystem   bool                `yaml:"readOnlyRootFilesystem"`
		Capabilities             map[string][]string `yaml:"capabilities"`
	}
	kubeVolume struct {
		Name      string         `yaml:"name"`
		ConfigMap map[string]any `yaml:"configMap,omitempty"`
		Secret    map[string]any `yaml:"secret,omitempty"`
		Claim     map[string]any `yaml:"persistentVolumeClaim,omitempty"`
		EmptyDir  *struct{}      `yaml:"emptyDir,omitempty"`
	}
	kubeMount struct {
		Name      string `yaml:"name"`
		MountPath string `yaml:"mountPath"`
		ReadOnly  bool   `yaml:"readOnly,omitempty"`
	}
)

// Kubernetes is the matrix as Indexed Jobs, one for each run with a pod for each
// shard, as YAML documents. The error is everything that the file lacks, or that
// Kubernetes would not take.
func (m Matrix) Kubernetes() ([]byte, error) {
	if m.ForKubernetes == nil {
		return nil, errors.New("at /kubernetes: expected image, configMap, secret and reportsClaim, got nothing")
	}
	var out bytes.Buffer
	var wrong []error
	maps := map[string]string{}
	for i, cell := range m.Cells() {
		wrong = append(wrong, m.kubeTakes(cell, maps))
		comments := []string{"Made by 'obconform matrix --format kubernetes': change the matrix file, not this one."}
		if i > 0 {
			comments = nil
			out.WriteString("---\n")
		}
		text, err := yamlText(comments, m.kubeJob(cell))
		wrong = append(wrong, err)
		out.Write(text)
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// objectName is a name of an object (RFC 1123, a subdomain).
var objectName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)

// longestName bounds the name of a Job: with the index of a pod it is the name
// of a host, of 63 characters at most (RFC 1123, a label).
const longestName = 63 - len("-63")

// kubeTakes finds the names that Kubernetes would refuse, and configuration
// files that would lie in one place.
func (m Matrix) kubeTakes(cell Cell, maps map[string]string) error {
	var wrong []error
	fill := m.fillerOf(cell)
	if name := m.kubeName(cell); len(name) > longestName {
		wrong = append(wrong, fmt.Errorf("the Job of %s: expected a name of at most %d characters, got %q of %d: choose shorter names", cell.Name(), longestName, name, len(name)))
	}
	k := m.ForKubernetes
	for key, text := range map[string]string{"namespace": k.Namespace, "configMap": k.ConfigMap, "secret": k.Secret, "reportsClaim": k.ReportsClaim} {
		if name := fill.Replace(text); name != "" && (len(name) > 253 || !objectName.MatchString(name)) {
			wrong = append(wrong, fmt.Errorf("at /kubernetes/%s: expected the name of an object for %s, got %q", key, cell.Name(), name))
		}
	}
	place := fill.Replace(k.ConfigMap) + "/" + path.Base(cell.Config)
	if other, taken := maps[place]; taken && other != cell.Config {
		wrong = append(wrong, fmt.Errorf("at /kubernetes/configMap: expected one that tells %q from %q, got %q for both, which holds files by their names without folders", cell.Config, other, fill.Replace(k.ConfigMap)))
	}
	maps[place] = cell.Config
	return errors.Join(wrong...)
}

func (m Matrix) kubeName(cell Cell) string { return m.Name + "-" + cell.ID() }

// fillerOf replaces placeholders by the names of a run.
func (m Matrix) fillerOf(cell Cell) filling {
	return filler(combination{{Name: cell.Brand}, {Name: cell.Environment}, {Name: cell.Configuration}})
}

func (m Matrix) kubeJob(cell Cell) kubeJob {
	k, fill := m.ForKubernetes, m.fillerOf(cell)
	labels := map[string]string{"app.kubernetes.io/name": "obconform", "app.kubernetes.io/part-of": m.Name,
		"obconform/brand": cell.Brand, "obconform/environment": cell.Environment, "obconform/configuration": cell.Configuration}
	deadline := k.Deadline
	if deadline == 0 {
		deadline = 3600
	}
	return kubeJob{APIVersion: "batch/v1", Kind: "Job",
		Metadata: kubeMeta{Name: m.kubeName(cell), Namespace: fill.Replace(k.Namespace), Labels: labels},
		Spec: kubeSpec{CompletionMode: "Indexed", Completions: m.Shards, Parallelism: m.Shards,
			// No shard is run again, and one that finds a breach ends no other: a
			// backoffLimit of 0 would have all of them killed.
			BackoffLimitPerIndex: 0, MaxFailedIndexes: m.Shards, ActiveDeadlineSeconds: deadline,
			Template: kubeTemplate{Metadata: kubeMeta{Labels: labels}, Spec: m.kubePod(cell)}}}
}

func (m Matrix) kubePod(cell Cell) kubePod {
	k, fill := m.ForKubernetes, m.fillerOf(cell)
	pod := kubePod{RestartPolicy: "Never",
		// A service called obconform would otherwise put variables into the
		// container that begin like ours and that no configuration knows.
		EnableServiceLinks: false,
		// What a run has created is deleted after the word to end.
		TerminationGracePeriodSeconds: 60,
		SecurityContext: kubePodSecurity{RunAsNonRoot: true, RunAsUser: nobody, RunAsGroup: nobody, FSGroup: nobody,
			SeccompProfile: map[string]string{"type": "RuntimeDefault"}},
		Containers: []kubeContainer{m.kubeContainer(cell)},
		Volumes: []kubeVolume{
			{Name: "config", ConfigMap: map[string]any{"name": fill.Replace(k.ConfigMap)}},
			{Name: "reports", Claim: map[string]any{"claimName": fill.Replace(k.ReportsClaim)}},
			{Name: "temporary", EmptyDir: &struct{}{}},
		}}
	if len(cell.Secrets) > 0 {
		var items []map[string]any
		for _, secret := range cell.Secrets {
			items = append(items, map[string]any{"key": secret.Store, "path": secret.Key})
		}
		pod.Volumes = append(pod.Volumes, kubeVolume{Name: "secrets",
			Secret: map[string]any{"secretName": fill.Replace(k.Secret), "defaultMode": 0o440, "items": items}})
	}
	return pod
}

func (m Matrix) kubeContainer(cell Cell) kubeContainer {
	k := m.ForKubernetes
	cpu, memory := k.CPU, k.Memory
	if cpu == "" {
		cpu = "500m"
	}
	if memory == "" {
		memory = "512Mi"
	}
	c := kubeContainer{Name: "obconform", Image: k.Image,
		Args: append([]string{"run", "--config", kubeText(configFolder + "/" + path.Base(cell.Config)), "--shard", fmt.Sprintf("auto/%d", m.Shards),
			// The Job's controller sets the variable, and Kubernetes fills it in.
			"--reports", reportsFolder + "/" + m.kubeName(cell) + "/index-$(JOB_COMPLETION_INDEX)"}, m.Arguments...),
		Resources:       map[string]map[string]string{"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}},
		SecurityContext: kubeSecurity{ReadOnlyRootFilesystem: true, Capabilities: map[string][]string{"drop": {"ALL"}}},
		VolumeMounts:    []kubeMount{{"config", configFolder, true}, {"reports", reportsFolder, false}, {"temporary", "/tmp", false}}}
	for _, variable := range cell.Variables {
		c.Env = append(c.Env, Variable{variable.Name, kubeText(variable.Value)})
	}
	for _, secret := range cell.Secrets {
		key := secret.Key
		if !secret.File {
			key += ".file"
		}
		c.Env = append(c.Env, Variable{config.EnvName(key), secretFolder + "/" + secret.Key})
	}
	if len(cell.Secrets) > 0 {
		c.VolumeMounts = append(c.VolumeMounts, kubeMount{"secrets", secretFolder, true})
	}
	return c
}

// kubeText is a text in which Kubernetes finds no variable.
func kubeText(text string) string { return strings.ReplaceAll(text, "$(", "$$(") }
