package main

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	appsapply "k8s.io/client-go/applyconfigurations/apps/v1"
	scaleapply "k8s.io/client-go/applyconfigurations/autoscaling/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
	watchtools "k8s.io/client-go/tools/watch"
)

func deployment(test *scene, replicas int32) *appsapply.DeploymentApplyConfiguration {
	labels := map[string]string{"app": "applied"}
	container := coreapply.Container().WithName("c").WithImage("nginx:1")
	return appsapply.Deployment("applied", test.namespace).WithSpec(appsapply.DeploymentSpec().WithReplicas(replicas).
		WithSelector(metaapply.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(coreapply.PodTemplateSpec().WithLabels(labels).WithSpec(coreapply.PodSpec().WithContainers(container))))
}

func apply(ctx context.Context, test *scene) (any, error) {
	deployments := test.client.AppsV1().Deployments(test.namespace)
	if _, err := deployments.Apply(ctx, deployment(test, 0), metav1.ApplyOptions{FieldManager: "one"}); err != nil {
		return nil, err
	}
	_, refused := deployments.Apply(ctx, deployment(test, 1), metav1.ApplyOptions{FieldManager: "other"})
	forced, err := deployments.Apply(ctx, deployment(test, 1), metav1.ApplyOptions{FieldManager: "other", Force: true})
	if err != nil {
		return nil, err
	}
	ones, err := appsapply.ExtractDeployment(forced, "one")
	if err != nil {
		return nil, err
	}
	scaled, err := deployments.ApplyScale(ctx, "applied", scaleapply.Scale().WithName("applied").WithNamespace(test.namespace).WithSpec(scaleapply.ScaleSpec().WithReplicas(0)), metav1.ApplyOptions{FieldManager: "scaler", Force: true})
	if err != nil {
		return nil, err
	}
	return map[string]any{"conflict": apierrors.IsConflict(refused), "replicas": forced.Spec.Replicas, "left": ones.Spec.Replicas == nil, "scaled": scaled.Spec.Replicas},
		deployments.Delete(ctx, "applied", metav1.DeleteOptions{})
}

// elect lets one candidate lead after the other.
func elect(ctx context.Context, test *scene) (any, error) {
	led := make(chan string)
	candidate := func(ctx context.Context, name string) error {
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, test.namespace, "elected", test.client.CoreV1(), test.client.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: name})
		if err != nil {
			return err
		}
		elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
			Lock: lock, ReleaseOnCancel: true, LeaseDuration: 10 * time.Second, RenewDeadline: 5 * time.Second, RetryPeriod: time.Second,
			Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { led <- name }, OnStoppedLeading: func() {}},
		})
		if err == nil {
			go elector.Run(ctx)
		}
		return err
	}
	firstCtx, resign := context.WithCancel(ctx)
	defer resign()
	if err := candidate(firstCtx, "first"); err != nil {
		return nil, err
	}
	leaders := []string{<-led}
	if err := renewed(ctx, test); err != nil {
		return nil, err
	}
	secondCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := candidate(secondCtx, "second"); err != nil {
		return nil, err
	}
	resign()
	leaders = append(leaders, <-led)
	lease, err := test.client.CoordinationV1().Leases(test.namespace).Get(ctx, "elected", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return map[string]any{"leaders": leaders, "holder": lease.Spec.HolderIdentity, "transitions": lease.Spec.LeaseTransitions}, nil
}

// renewed waits until the leader has renewed its lease: it does so at once, and again after the retry period.
func renewed(ctx context.Context, test *scene) error {
	return wait.PollUntilContextCancel(ctx, 20*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		lease, err := test.client.CoordinationV1().Leases(test.namespace).Get(ctx, "elected", metav1.GetOptions{})
		return err == nil && lease.Spec.RenewTime.After(lease.Spec.AcquireTime.Time), err
	})
}

// recordEvents has an event written twice, which is one event that was counted twice.
func recordEvents(ctx context.Context, test *scene) (any, error) {
	broadcaster := record.NewBroadcaster()
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcore.EventSinkImpl{Interface: test.client.CoreV1().Events("")})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "go-client"})
	about := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "about", Namespace: test.namespace, UID: "1"}}
	recorder.Event(about, corev1.EventTypeWarning, "Tried", "twice")
	recorder.Event(about, corev1.EventTypeWarning, "Tried", "twice")
	events := cache.NewListWatchFromClient(test.client.CoreV1().RESTClient(), "events", test.namespace, fields.OneTermEqualSelector("reason", "Tried"))
	last, err := watchtools.UntilWithSync(ctx, events, &corev1.Event{}, nil, func(event watch.Event) (bool, error) {
		return event.Object.(*corev1.Event).Count == 2, nil
	})
	if err != nil {
		return nil, err
	}
	event := last.Object.(*corev1.Event)
	return map[string]any{"about": event.InvolvedObject.Kind, "message": event.Message, "from": event.Source.Component}, nil
}
