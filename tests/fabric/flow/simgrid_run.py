"""Run by the system's Python: completion times of flows on given paths, by SimGrid.

Reads JSON {bandwidth: [...], flows: [{source, target, size, path: [link, ...]}]} from standard
input; writes {finished: [...], seconds: CPU time of the run, version}. Flows between one pair
must share one path.
"""

import json
import sys
import time

import simgrid

PRECISION = "1e-12"


def main():
    request = json.load(sys.stdin)
    engine = simgrid.Engine(["oracle", "--log=root.thresh:error"])
    for option in (
        "network/model:CM02",
        "network/TCP-gamma:0",
        "network/crosstraffic:0",
        f"surf/precision:{PRECISION}",
    ):
        simgrid.Engine.set_config(option)
    zone = simgrid.NetZone.create_full_zone("fabric")
    names = sorted({end for flow in request["flows"] for end in (flow["source"], flow["target"])})
    hosts = {name: zone.create_host(f"host{name}", 1e9) for name in names}
    links = []
    for index, bandwidth in enumerate(request["bandwidth"]):
        link = zone.create_link(f"link{index}", float(bandwidth))
        link.set_latency(0.0)
        link.seal()
        links.append(link)
    for flow in request["flows"]:
        zone.add_route(
            hosts[flow["source"]].netpoint,
            hosts[flow["target"]].netpoint,
            None,
            None,
            [simgrid.LinkInRoute(links[index]) for index in flow["path"]],
            False,
        )
    zone.seal()
    comms = []

    def send_all():
        for flow in request["flows"]:
            here, there = hosts[flow["source"]], hosts[flow["target"]]
            comms.append(simgrid.Comm.sendto_async(here, there, flow["size"]))
        simgrid.Comm.wait_all(comms)

    simgrid.Actor.create("sender", next(iter(hosts.values())), send_all)
    begin = time.process_time()
    engine.run()
    json.dump(
        {
            "finished": [comm.finish_time for comm in comms],
            "seconds": time.process_time() - begin,
            "version": simgrid.simgrid_version,
        },
        sys.stdout,
    )


main()
