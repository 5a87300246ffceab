package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
)

type run struct {
	Out, Err string
	Code     int
}

// execute runs a command in the pod over what the executor speaks.
func (test *scene) execute(ctx context.Context, executorFor func(url *rest.Request) (remotecommand.Executor, error), input string, command ...string) (run, error) {
	request := test.client.CoreV1().RESTClient().Post().Resource("pods").Namespace(test.namespace).Name(test.pod).SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Command: command, Stdin: true, Stdout: true, Stderr: true}, scheme.ParameterCodec)
	executor, err := executorFor(request)
	if err != nil {
		return run{}, err
	}
	var out, problems bytes.Buffer
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: strings.NewReader(input), Stdout: &out, Stderr: &problems})
	var ended exec.CodeExitError
	if errors.As(err, &ended) {
		return run{out.String(), problems.String(), ended.Code}, nil
	}
	return run{out.String(), problems.String(), 0}, err
}

func stream(ctx context.Context, test *scene) (any, error) {
	overWebSocket := func(request *rest.Request) (remotecommand.Executor, error) {
		return remotecommand.NewWebSocketExecutor(test.config, http.MethodGet, request.URL().String())
	}
	overSPDY := func(request *rest.Request) (remotecommand.Executor, error) {
		return remotecommand.NewSPDYExecutor(test.config, http.MethodPost, request.URL())
	}
	overEither := func(request *rest.Request) (remotecommand.Executor, error) {
		first, err := overWebSocket(request)
		if err != nil {
			return nil, err
		}
		second, err := overSPDY(request)
		if err != nil {
			return nil, err
		}
		return remotecommand.NewFallbackExecutor(first, second, func(err error) bool { return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err) })
	}
	got := map[string]any{}
	for name, executor := range map[string]func(*rest.Request) (remotecommand.Executor, error){"websocket": overWebSocket, "spdy": overSPDY, "either": overEither} {
		ran, err := test.execute(ctx, executor, "in", "sh", "-c", "cat; echo bad >&2; exit 7")
		if err != nil {
			return got, err
		}
		got[name] = ran
	}
	line, err := firstLogLine(ctx, test)
	got["log"] = line
	return got, err
}

func firstLogLine(ctx context.Context, test *scene) (string, error) {
	body, err := test.client.CoreV1().Pods(test.namespace).GetLogs(test.pod, &corev1.PodLogOptions{Follow: true}).Stream(ctx)
	if err != nil {
		return "", err
	}
	defer body.Close()
	line, err := bufio.NewReader(body).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return line, err
}
