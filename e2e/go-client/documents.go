package main

import (
	"bytes"
	"context"

	openapiv3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/openapi"
	openapischema "k8s.io/kube-openapi/pkg/util/proto"
	"sigs.k8s.io/yaml"
)

// readDocuments reads the OpenAPI documents in every form that there is: both forms of the newer ones must say the same.
func readDocuments(_ context.Context, test *scene) (any, error) {
	document, err := test.client.Discovery().OpenAPISchema()
	if err != nil {
		return nil, err
	}
	models, err := openapischema.NewOpenAPIData(document)
	if err != nil {
		return nil, err
	}
	paths, err := test.client.Discovery().OpenAPIV3().Paths()
	if err != nil {
		return nil, err
	}
	differ := []string{}
	for path, group := range paths {
		same, err := sayTheSame(group)
		if err != nil {
			return nil, err
		}
		if !same {
			differ = append(differ, path)
		}
	}
	return map[string]any{"models": models.ListModels(), "differ": differ}, nil
}

func sayTheSame(group openapi.GroupVersion) (bool, error) {
	text, err := group.Schema(runtime.ContentTypeJSON)
	if err != nil {
		return false, err
	}
	encoded, err := group.Schema(openapi.ContentTypeOpenAPIV3PB)
	if err != nil {
		return false, err
	}
	wanted, err := openapiv3.ParseDocument(text)
	if err != nil {
		return false, err
	}
	found := &openapiv3.Document{}
	if err := proto.Unmarshal(encoded, found); err != nil {
		return false, err
	}
	first, err := plain(wanted)
	if err != nil {
		return false, err
	}
	second, err := plain(found)
	return bytes.Equal(first, second), err
}

func plain(document *openapiv3.Document) ([]byte, error) {
	text, err := document.YAMLValue("")
	if err != nil {
		return nil, err
	}
	return yaml.YAMLToJSON(text)
}
