// Package authotel tells OpenTelemetry what authplugin asks of the secondary storage:
//
//	cfg.StorageObserver = authotel.New()
//
// It brings no exporter: what comes of it is up to the providers that the application
// has set, and without any nothing does. Neither keys nor values are part of it.
//
// The metrics are the counter authplugin.storage.events with the attribute event (hit,
// "local hit", miss, fallback, failed, "foreign value", uncounted, refill,
// invalidation) and the histogram authplugin.storage.duration in seconds with the
// attributes operation and error. Each call of the storage is a span "authplugin.storage"
// and its operation, within the span of the request.
package authotel

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/gorm-auth/authplugin"
)

const scope = "github.com/gorm-auth/authplugin"

// Observer implements [authplugin.StorageObserver]. Make one with [New].
type Observer struct {
	tracer    trace.Tracer
	events    metric.Int64Counter
	durations metric.Float64Histogram
	// byEvent are the options of the events, made once.
	byEvent map[authplugin.StorageEvent]metric.AddOption
}

var _ authplugin.StorageObserver = (*Observer)(nil)

// Option changes where an Observer reports to.
type Option func(*options)

type options struct {
	meters  metric.MeterProvider
	tracers trace.TracerProvider
}

// WithMeterProvider sets the provider of meters. Defaults to the global one.
func WithMeterProvider(p metric.MeterProvider) Option { return func(o *options) { o.meters = p } }

// WithTracerProvider sets the provider of tracers. Defaults to the global one.
func WithTracerProvider(p trace.TracerProvider) Option { return func(o *options) { o.tracers = p } }

// New returns an Observer. An instrument that the provider refuses is reported to
// OpenTelemetry's error handler, and not counted.
func New(opts ...Option) *Observer {
	o := options{meters: otel.GetMeterProvider(), tracers: otel.GetTracerProvider()}
	for _, opt := range opts {
		opt(&o)
	}
	meter := o.meters.Meter(scope)
	events, err := meter.Int64Counter("authplugin.storage.events",
		metric.WithDescription("What became of reads and writes that concern the secondary storage."), metric.WithUnit("{event}"))
	if err != nil {
		otel.Handle(fmt.Errorf("authplugin: authotel: %w", err))
	}
	durations, err := meter.Float64Histogram("authplugin.storage.duration",
		metric.WithDescription("How long calls of the secondary storage take."), metric.WithUnit("s"))
	if err != nil {
		otel.Handle(fmt.Errorf("authplugin: authotel: %w", err))
	}
	observer := &Observer{
		tracer: o.tracers.Tracer(scope), events: events, durations: durations, byEvent: map[authplugin.StorageEvent]metric.AddOption{},
	}
	for _, event := range []authplugin.StorageEvent{
		authplugin.StorageHit, authplugin.StorageLocalHit, authplugin.StorageMiss, authplugin.StorageFallback,
		authplugin.StorageFailed, authplugin.StorageForeignValue, authplugin.StorageRefill, authplugin.StorageInvalidation,
		authplugin.StorageUncounted,
	} {
		observer.byEvent[event] = eventOption(event)
	}
	return observer
}

func eventOption(event authplugin.StorageEvent) metric.AddOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("event", string(event))))
}

// BeginStorageCall implements [authplugin.StorageObserver].
//
//nolint:spancheck // the function that is returned ends the span
func (o *Observer) BeginStorageCall(ctx context.Context, call string) (context.Context, func(error)) {
	begin := time.Now()
	ctx, span := o.tracer.Start(ctx, "authplugin.storage "+call, trace.WithSpanKind(trace.SpanKindClient))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, "the secondary storage failed") // its own text is for logs
		}
		span.End()
		o.durations.Record(ctx, time.Since(begin).Seconds(), metric.WithAttributes(
			attribute.String("operation", call), attribute.Bool("error", err != nil)))
	}
}

// StorageEvent implements [authplugin.StorageObserver].
func (o *Observer) StorageEvent(ctx context.Context, event authplugin.StorageEvent) {
	option, known := o.byEvent[event]
	if !known {
		option = eventOption(event)
	}
	o.events.Add(ctx, 1, option)
}
