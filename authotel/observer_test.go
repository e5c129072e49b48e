package authotel_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"gorm.io/gorm"

	"github.com/gorm-auth/authplugin"
	"github.com/gorm-auth/authplugin/authotel"
	"github.com/gorm-auth/authplugin/internal/dbtest"
	"github.com/gorm-auth/authplugin/memorystore"
)

// broken is a storage that can be switched off.
type broken struct {
	*memorystore.Store

	off bool
}

func (b *broken) Get(ctx context.Context, key string) ([]byte, error) {
	if b.off {
		return nil, errors.New("off: " + key)
	}
	return b.Store.Get(ctx, key)
}

// What happens to sessions in a storage is counted and traced.
func TestObserver(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	reader, spans := sdkmetric.NewManualReader(), tracetest.NewSpanRecorder()
	storage := &broken{Store: memorystore.New()}
	db := dbtest.Named(t, "sqlite").New(t).Open(t, &gorm.Config{})
	auth := authplugin.New(authplugin.Config{
		AutoMigrate: true, SecondaryStorage: storage,
		StorageObserver: authotel.New(
			authotel.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))),
			authotel.WithTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))),
		),
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.Use(auth))
	user, err := auth.Users().Create(ctx, authplugin.User{Name: "Ada", Email: "ada@example.com"})
	must(err)
	session, err := auth.Sessions().Create(ctx, user.ID, authplugin.SessionOptions{}) // a refill
	must(err)
	find := func() {
		t.Helper()
		_, err := auth.Sessions().Find(ctx, session.Token)
		must(err)
	}
	find()
	find()
	must(storage.Set(ctx, session.Token, []byte("5"), time.Hour))
	find() // foreign, and a refill
	must(storage.Delete(ctx, session.Token))
	find() // a miss, and a refill
	storage.off = true
	find() // failed, and a fallback
	storage.off = false
	must(auth.Sessions().Revoke(ctx, session.Token))

	var data metricdata.ResourceMetrics
	must(reader.Collect(ctx, &data))
	got := map[string]int64{}
	calls := uint64(0)
	for _, m := range data.ScopeMetrics[0].Metrics {
		switch d := m.Data.(type) {
		case metricdata.Sum[int64]:
			for _, point := range d.DataPoints {
				event, _ := point.Attributes.Value("event")
				got[event.AsString()] = point.Value
			}
		case metricdata.Histogram[float64]:
			for _, point := range d.DataPoints {
				calls += point.Count
			}
		}
	}
	want := map[string]int64{"hit": 2, "refill": 3, "foreign value": 1, "miss": 1, "failed": 1, "fallback": 1, "invalidation": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	ended := spans.Ended()
	if uint64(len(ended)) != calls || calls == 0 {
		t.Errorf("%d spans of %d calls", len(ended), calls)
	}
	for _, span := range ended {
		for _, event := range span.Events() {
			t.Errorf("a span has the event %v", event)
		}
	}
}
