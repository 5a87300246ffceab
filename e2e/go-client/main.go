// A client of Kubernetes as people write them: client-go and controller-runtime, unmodified, against the cluster of $KUBECONFIG.
//
//	go-client NAMESPACE [POD]
//
// Prints one JSON object a check; exits 1 when one failed. POD is a running pod with a shell, for what needs a container.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// scene is what every check works with.
type scene struct {
	config    *rest.Config
	client    kubernetes.Interface
	namespace string
	pod       string
}

type check struct {
	name string
	run  func(context.Context, *scene) (any, error)
}

var checks = []check{
	{"discovery", discover},
	{"documents", readDocuments},
	{"typed", useTypes},
	{"paging", page},
	{"dynamic", useNoTypes},
	{"informers", inform},
	{"metadata", informOfMetadata},
	{"apply", apply},
	{"election", elect},
	{"events", recordEvents},
	{"manager", manage},
	{"streams", stream},
}

func main() {
	failed := false
	test, err := newScene(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for _, one := range checks {
		if one.name == "streams" && test.pod == "" {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		got, err := one.run(ctx, test)
		cancel()
		line := map[string]any{"check": one.name, "got": got}
		if err != nil {
			failed = true
			line["error"] = err.Error()
		}
		text, _ := json.Marshal(line)
		fmt.Println(string(text))
	}
	if failed {
		os.Exit(1)
	}
}

func newScene(args []string) (*scene, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	config.UserAgent = "go-client"
	config.QPS, config.Burst = 1000, 1000
	test := &scene{config: protobuf(config), namespace: args[0]}
	if len(args) > 1 {
		test.pod = args[1]
	}
	test.client, err = kubernetes.NewForConfig(test.config)
	return test, err
}

// protobuf is how controllers talk: bodies and answers of known types in protobuf.
func protobuf(config *rest.Config) *rest.Config {
	copied := rest.CopyConfig(config)
	copied.ContentType = "application/vnd.kubernetes.protobuf"
	copied.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	return copied
}

// unmarked has no content type of its own: for clients that know no type.
func (test *scene) unmarked() *rest.Config {
	copied := rest.CopyConfig(test.config)
	copied.ContentType, copied.AcceptContentTypes = "", ""
	return copied
}
