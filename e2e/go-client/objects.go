package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

func discover(_ context.Context, test *scene) (any, error) {
	version, err := test.client.Discovery().ServerVersion()
	if err != nil {
		return nil, err
	}
	groups, err := restmapper.GetAPIGroupResources(test.client.Discovery())
	if err != nil {
		return nil, err
	}
	mapping, err := restmapper.NewDiscoveryRESTMapper(groups).RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"})
	if err != nil {
		return nil, err
	}
	return map[string]any{"minor": version.Minor, "resource": mapping.Resource.String(), "namespaced": mapping.Scope.Name() == meta.RESTScopeNameNamespace}, nil
}

// useTypes writes with a stale object, is refused, and writes again.
func useTypes(ctx context.Context, test *scene) (any, error) {
	maps := test.client.CoreV1().ConfigMaps(test.namespace)
	stale, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "typed-"}, BinaryData: map[string][]byte{"b": {0, 255}}}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	if _, err = maps.Patch(ctx, stale.Name, types.StrategicMergePatchType, []byte(`{"data":{"other":"1"}}`), metav1.PatchOptions{}); err != nil {
		return nil, err
	}
	stale.Data = map[string]string{"own": "1"}
	_, refused := maps.Update(ctx, stale, metav1.UpdateOptions{})
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		fresh, err := maps.Get(ctx, stale.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		fresh.Data["own"] = "1"
		_, err = maps.Update(ctx, fresh, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return nil, err
	}
	fresh, err := maps.Get(ctx, stale.Name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	_, missing := maps.Get(ctx, "none", metav1.GetOptions{})
	return map[string]any{"conflict": apierrors.IsConflict(refused), "data": fresh.Data, "bytes": len(fresh.BinaryData["b"]), "missing": apierrors.IsNotFound(missing)}, nil
}

func page(ctx context.Context, test *scene) (any, error) {
	maps := test.client.CoreV1().ConfigMaps(test.namespace)
	for index := range 25 {
		one := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("page-%02d", index), Labels: map[string]string{"page": "yes"}}}
		if _, err := maps.Create(ctx, one, metav1.CreateOptions{}); err != nil {
			return nil, err
		}
	}
	pages, items := 0, 0
	paged := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		pages++
		return maps.List(ctx, options)
	})
	paged.PageSize = 10
	err := paged.EachListItem(ctx, metav1.ListOptions{LabelSelector: "page=yes"}, func(runtime.Object) error {
		items++
		return nil
	})
	if err == nil {
		err = maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "page=yes"})
	}
	return map[string]any{"pages": pages, "items": items}, err
}

func useNoTypes(ctx context.Context, test *scene) (any, error) {
	client, err := dynamic.NewForConfig(test.unmarked())
	if err != nil {
		return nil, err
	}
	deployments := client.Resource(schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}).Namespace(test.namespace)
	watch, err := deployments.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=untyped"})
	if err != nil {
		return nil, err
	}
	defer watch.Stop()
	object := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "untyped"},
		"spec": map[string]any{"replicas": int64(0), "selector": map[string]any{"matchLabels": map[string]any{"a": "b"}}, "template": map[string]any{
			"metadata": map[string]any{"labels": map[string]any{"a": "b"}},
			"spec":     map[string]any{"containers": []any{map[string]any{"name": "c", "image": "nginx:1"}}},
		}},
	}}
	if _, err = deployments.Create(ctx, object, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	first := <-watch.ResultChan()
	scaled, err := deployments.Patch(ctx, "untyped", types.MergePatchType, []byte(`{"spec":{"replicas":0,"paused":true}}`), metav1.PatchOptions{})
	if err != nil {
		return nil, err
	}
	paused, _, _ := unstructured.NestedBool(scaled.Object, "spec", "paused")
	return map[string]any{"first": string(first.Type), "paused": paused}, deployments.Delete(ctx, "untyped", metav1.DeleteOptions{})
}
