package main

import (
	"context"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	controllerruntime "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "example.com/deployer"

// deployer keeps a Deployment for each ConfigMap that has an image in it.
type deployer struct {
	client.Client
}

func (d *deployer) Reconcile(ctx context.Context, request controllerruntime.Request) (controllerruntime.Result, error) {
	source := &corev1.ConfigMap{}
	if err := d.Get(ctx, request.NamespacedName, source); err != nil {
		return controllerruntime.Result{}, client.IgnoreNotFound(err)
	}
	before := source.DeepCopy()
	if source.DeletionTimestamp != nil && controllerutil.RemoveFinalizer(source, finalizer) {
		return controllerruntime.Result{}, client.IgnoreNotFound(d.Patch(ctx, source, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})))
	}
	if source.Data["image"] == "" || source.DeletionTimestamp != nil {
		return controllerruntime.Result{}, nil
	}
	if controllerutil.AddFinalizer(source, finalizer) {
		if err := d.Patch(ctx, source, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
			return controllerruntime.Result{}, err
		}
	}
	made := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: source.Name, Namespace: source.Namespace}}
	_, err := controllerutil.CreateOrUpdate(ctx, d.Client, made, func() error {
		labels := map[string]string{"made-for": source.Name}
		made.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
		made.Spec.Replicas = new(int32)
		made.Spec.Template.Labels = labels
		if len(made.Spec.Template.Spec.Containers) == 0 {
			made.Spec.Template.Spec.Containers = []corev1.Container{{Name: "c"}}
		}
		made.Spec.Template.Spec.Containers[0].Image = source.Data["image"]
		return controllerutil.SetControllerReference(source, made, d.Scheme())
	})
	return controllerruntime.Result{}, err
}

// manage runs a manager with its elections and caches: what it owns it mends, and what owns nothing more goes.
func manage(ctx context.Context, test *scene) (any, error) {
	log.SetLogger(klog.Background())
	manager, err := controllerruntime.NewManager(test.unmarked(), controllerruntime.Options{
		Scheme: scheme.Scheme, Cache: cache.Options{DefaultNamespaces: map[string]cache.Config{test.namespace: {}}},
		Metrics: server.Options{BindAddress: "0"}, LeaderElection: true, LeaderElectionID: "managed", LeaderElectionNamespace: test.namespace, LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return nil, err
	}
	err = controllerruntime.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Owns(&appsv1.Deployment{}).Complete(&deployer{manager.GetClient()})
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(running) }()
	got, err := useManager(ctx, test)
	cancel()
	if stopped := <-ended; err == nil {
		err = stopped
	}
	return got, err
}

func useManager(ctx context.Context, test *scene) (any, error) {
	maps, deployments := test.client.CoreV1().ConfigMaps(test.namespace), test.client.AppsV1().Deployments(test.namespace)
	source := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "managed"}, Data: map[string]string{"image": "nginx:1"}}
	if _, err := maps.Create(ctx, source, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	has := func(is func(*appsv1.Deployment, error) bool) error {
		return wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
			return is(deployments.Get(ctx, "managed", metav1.GetOptions{})), nil
		})
	}
	var first *appsv1.Deployment
	if err := has(func(made *appsv1.Deployment, err error) bool { first = made; return err == nil }); err != nil {
		return nil, err
	}
	if err := deployments.Delete(ctx, "managed", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	if err := has(func(made *appsv1.Deployment, err error) bool { return err == nil && made.UID != first.UID }); err != nil {
		return nil, err
	}
	final, err := maps.Get(ctx, "managed", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if err := maps.Delete(ctx, "managed", metav1.DeleteOptions{}); err != nil {
		return nil, err
	}
	err = has(func(_ *appsv1.Deployment, err error) bool { return apierrors.IsNotFound(err) })
	return map[string]any{"owner": first.OwnerReferences[0].Kind, "image": first.Spec.Template.Spec.Containers[0].Image, "finalizers": final.Finalizers, "collected": err == nil}, err
}
