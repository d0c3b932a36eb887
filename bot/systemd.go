package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// supervisor is systemd where it started the program and wants to be told how it
// is (sd_notify); the zero value is nobody.
type supervisor struct {
	socket string
	every  time.Duration // how often it wants a sign of life; 0: not at all
}

// newSupervisor is who the environment says.
func newSupervisor(getenv func(string) string) supervisor {
	s := supervisor{socket: getenv("NOTIFY_SOCKET")}
	if usec, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64); err == nil && usec > 0 {
		s.every = time.Duration(usec) * time.Microsecond
	}
	return s
}

// tell says a state: READY=1, STOPPING=1, WATCHDOG=1.
func (s supervisor) tell(ctx context.Context, state string) error {
	if s.socket == "" {
		return nil
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unixgram", s.socket)
	if err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	return nil
}

// watch gives signs of life until ctx ends, while the listener at an address
// answers. Its error is ctx's.
func (s supervisor) watch(ctx context.Context, address string) error {
	if s.socket == "" || s.every == 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	tick := time.NewTicker(s.every / 3)
	defer tick.Stop()
	client := &http.Client{Timeout: s.every / 3, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		if alive(ctx, client, address) {
			_ = s.tell(ctx, "WATCHDOG=1") // the next one comes soon; without any systemd starts us again
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func alive(ctx context.Context, client *http.Client, address string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
