package main

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
)

// seen is what a handler was told, in order.
type seen chan string

func (told seen) handler() cache.ResourceEventHandlerFuncs {
	name := func(object any) string {
		if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = gone.Obj
		}
		return object.(metav1.Object).GetName()
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { told <- "add " + name(object) },
		UpdateFunc: func(_, object any) { told <- "update " + name(object) },
		DeleteFunc: func(object any) { told <- "delete " + name(object) },
	}
}

func (told seen) next(ctx context.Context) string {
	select {
	case one := <-told:
		return one
	case <-ctx.Done():
		return "nothing more"
	}
}

// liveOne makes, changes and deletes a config map, and has what the handler was told of each.
func liveOne(ctx context.Context, test *scene, told seen) ([]string, error) {
	maps := test.client.CoreV1().ConfigMaps(test.namespace)
	one, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "live", Labels: map[string]string{"informed": "yes"}}}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	heard := []string{told.next(ctx)}
	one.Data = map[string]string{"a": "b"}
	if _, err = maps.Update(ctx, one, metav1.UpdateOptions{}); err != nil {
		return nil, err
	}
	heard = append(heard, told.next(ctx))
	if err = maps.Delete(ctx, "live", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	return append(heard, told.next(ctx)), nil
}

func inform(ctx context.Context, test *scene) (any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	before := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "before", Labels: map[string]string{"informed": "yes"}}}
	if _, err := test.client.CoreV1().ConfigMaps(test.namespace).Create(ctx, before, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(test.client, 10*time.Minute, informers.WithNamespace(test.namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "informed=yes" }))
	informer, told := factory.Core().V1().ConfigMaps(), make(seen, 10)
	if _, err := informer.Informer().AddEventHandler(told.handler()); err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.Informer().HasSynced) {
		return nil, errors.New("the cache did not fill")
	}
	heard := []string{told.next(ctx)}
	listed, err := informer.Lister().ConfigMaps(test.namespace).List(labels.Everything())
	if err != nil {
		return nil, err
	}
	more, err := liveOne(ctx, test, told)
	return map[string]any{"listed": len(listed), "heard": append(heard, more...)}, err
}

func informOfMetadata(ctx context.Context, test *scene) (any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, err := metadata.NewForConfig(test.unmarked())
	if err != nil {
		return nil, err
	}
	factory := metadatainformer.NewFilteredSharedInformerFactory(client, 0, test.namespace, func(options *metav1.ListOptions) { options.LabelSelector = "informed=yes" })
	informer, told := factory.ForResource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}), make(seen, 10)
	if _, err = informer.Informer().AddEventHandler(told.handler()); err != nil {
		return nil, err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	heard := []string{told.next(ctx)}
	more, err := liveOne(ctx, test, told)
	return map[string]any{"heard": append(heard, more...)}, err
}
