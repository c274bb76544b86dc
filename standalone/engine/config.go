package engine

import (
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
)

const clusterName = "active"

// serverConfig is the static configuration: four services on the loopback address, one history
// shard, everything in one SQL store, no archival, no metrics endpoint, no profiler.
func serverConfig(p ports, db *config.SQL) *config.Config {
	const store = sqliteplugin.PluginName
	service := func(port int) config.Service {
		return config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: loopback}}
	}
	return &config.Config{
		Global: config.Global{
			Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback},
		},
		Persistence: config.Persistence{
			DefaultStore:     store,
			VisibilityStore:  store,
			NumHistoryShards: 1,
			DataStores:       map[string]config.DataStore{store: {SQL: db}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: hostPort(p.frontend)},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			string(primitives.FrontendService): service(p.frontend),
			string(primitives.HistoryService):  service(p.history),
			string(primitives.MatchingService): service(p.matching),
			string(primitives.WorkerService):   service(p.worker),
		},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: config.ArchivalDisabled},
			Visibility: config.VisibilityArchival{State: config.ArchivalDisabled},
		},
		NamespaceDefaults: config.NamespaceDefaults{
			Archival: config.ArchivalNamespaceDefaults{
				History:    config.HistoryArchivalNamespaceDefaults{State: config.ArchivalDisabled},
				Visibility: config.VisibilityArchivalNamespaceDefaults{State: config.ArchivalDisabled},
			},
		},
		PublicClient: config.PublicClient{HostPort: hostPort(p.frontend)},
	}
}

func staticHosts(p ports) map[primitives.ServiceName]static.Hosts {
	return map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(hostPort(p.frontend)),
		primitives.HistoryService:  static.SingleLocalHost(hostPort(p.history)),
		primitives.MatchingService: static.SingleLocalHost(hostPort(p.matching)),
		primitives.WorkerService:   static.SingleLocalHost(hostPort(p.worker)),
	}
}

// dynamicConfig is what a single node needs to differ from the server's defaults, and then the
// caller's overrides. Names and meanings: the server's common/dynamicconfig/constants.go.
func dynamicConfig(overrides map[string]any) dynamicconfig.StaticClient {
	c := dynamicconfig.StaticClient{
		// These are per shard. The defaults (20 per second) assume hundreds of shards; with one
		// they start every workflow task tens of milliseconds late from a few syncs per second on.
		dynamicconfig.TransferProcessorMaxPollRPS.Key():   1000,
		dynamicconfig.TimerProcessorMaxPollRPS.Key():      1000,
		dynamicconfig.VisibilityProcessorMaxPollRPS.Key(): 1000,
		// A timer may fire this much late; the default of a second would be most of a sync's latency.
		dynamicconfig.TimerProcessorMaxTimeShift.Key(): 50 * time.Millisecond,

		// One process has nothing to protect from itself: SQLite is the limit long before these.
		dynamicconfig.FrontendRPS.Key():                                         100_000,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():                  100_000,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key():        1000,
		dynamicconfig.FrontendMaxConcurrentLongRunningRequestsPerInstance.Key(): 100_000,
		dynamicconfig.FrontendGlobalWorkerDeploymentReadRPS.Key():               1000,
		dynamicconfig.HistoryRPS.Key():                                          100_000,
		dynamicconfig.MatchingRPS.Key():                                         100_000,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():                           100_000,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                            100_000,
		dynamicconfig.MatchingPersistenceMaxQPS.Key():                           100_000,
		dynamicconfig.WorkerPersistenceMaxQPS.Key():                             100_000,

		// Priorities, fairness and a queue's rate limit hold per partition. One partition makes
		// them exact, and a single node gains nothing from more.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		dynamicconfig.MatchingUseNewMatcher.Key():               true,
		dynamicconfig.MatchingEnableFairness.Key():              true,

		// A workflow whose task fails is reported after half a minute, not after two, and started again from the store.
		dynamicconfig.NumConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute.Key(): 3,

		// Nothing leaves the machine that an admin did not configure.
		dynamicconfig.EnableServerVersionCheck.Key(): false,
	}
	for name, value := range overrides {
		c[dynamicconfig.MakeKey(name)] = value
	}
	return c
}
