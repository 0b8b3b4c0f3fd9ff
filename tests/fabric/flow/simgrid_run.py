"""Run by a Python that has SimGrid, 3.32 or 4: completion times of flows on given paths.

Reads JSON {bandwidth: [...], flows: [{source, target, size, path: [link, ...]}], rounds} from
standard input; writes {finished: [...], seconds: CPU time of the run, peak_byte, version}. Flows
between one pair must share one path. All flows are sent again in every round, once those of the
round before have ended; `finished` is of the last. The first argument is the precision of time,
1e-12 unless given: SimGrid's own, 1e-9, is faster.
"""

import json
import resource
import sys
import time
from typing import Any

import simgrid

IS_NEW = hasattr(simgrid.NetZone, "add_netzone_full")
"""Since 4.0 a platform has one root zone, and `add_` makes what `create_` made."""
PRECISION = "precision/timing" if IS_NEW else "surf/precision"


def add_host(zone, name):
    return zone.add_host(name, 1e9) if IS_NEW else zone.create_host(name, 1e9)


def add_link(zone, name, bandwidth):
    return zone.add_link(name, bandwidth) if IS_NEW else zone.create_link(name, bandwidth)


def add_route(zone, here, there, links):
    steps = [simgrid.LinkInRoute(link) for link in links]
    if IS_NEW:
        zone.add_route(here, there, steps, False)
    else:
        zone.add_route(here.netpoint, there.netpoint, None, None, steps, False)


def main():
    request = json.load(sys.stdin)
    precision = sys.argv[1] if len(sys.argv) > 1 else "1e-12"
    engine = simgrid.Engine(["oracle", "--log=root.thresh:error"])
    for option in (
        "network/model:CM02",
        "network/TCP-gamma:0",
        "network/crosstraffic:0",
        f"{PRECISION}:{precision}",
    ):
        simgrid.Engine.set_config(option)
    if IS_NEW:
        zone = engine.netzone_root.add_netzone_full("fabric")
    else:
        zone = simgrid.NetZone.create_full_zone("fabric")
    names = sorted({end for flow in request["flows"] for end in (flow["source"], flow["target"])})
    hosts = {name: add_host(zone, f"host{name}") for name in names}
    links = []
    for index, bandwidth in enumerate(request["bandwidth"]):
        link = add_link(zone, f"link{index}", float(bandwidth))
        link.set_latency(0.0)
        link.seal()
        links.append(link)
    for flow in request["flows"]:
        path = [links[index] for index in flow["path"]]
        add_route(zone, hosts[flow["source"]], hosts[flow["target"]], path)
    zone.seal()
    comms: list[Any] = []

    def send_all():
        for _ in range(request.get("rounds", 1)):
            comms.clear()
            for flow in request["flows"]:
                here, there = hosts[flow["source"]], hosts[flow["target"]]
                comms.append(simgrid.Comm.sendto_async(here, there, flow["size"]))
            for comm in comms:
                comm.wait()

    sender = next(iter(hosts.values()))
    if IS_NEW:
        sender.add_actor("sender", send_all)
    else:
        simgrid.Actor.create("sender", sender, send_all)
    begin = time.process_time()
    engine.run()
    json.dump(
        {
            "finished": [comm.finish_time for comm in comms],
            "seconds": time.process_time() - begin,
            "peak_byte": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "version": simgrid.simgrid_version,
        },
        sys.stdout,
    )


main()
