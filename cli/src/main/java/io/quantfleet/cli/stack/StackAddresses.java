package io.quantfleet.cli.stack;

import io.quantfleet.cli.embedded.ServerPorts;
import java.net.URI;
import java.util.List;

/**
 * Where the parts of a stack answer, all on the loopback interface.
 *
 * @param http the port of console and REST API
 * @param servers the embedded servers' ports
 * @param workers one port per worker, for its health and metrics
 */
public record StackAddresses(int http, ServerPorts servers, List<Integer> workers) {
    private static final String HOST = "127.0.0.1";

    public StackAddresses {
        workers = List.copyOf(workers);
    }

    /** The console's address, which is also the base of the REST API's. */
    public URI console() {
        return http(http, "/");
    }

    /** The MQTT broker. */
    public String mqtt() {
        return "tcp://" + HOST + ":" + servers.mqtt();
    }

    /** Kafka's bootstrap server. */
    public String kafka() {
        return HOST + ":" + servers.kafka();
    }

    /** The database, whose user is {@code quantfleet} without a password. */
    public String jdbc() {
        return "jdbc:postgresql://" + HOST + ":" + servers.postgres() + "/quantfleet";
    }

    URI serversHealth() {
        return http(servers.health(), "/health");
    }

    URI controlPlaneHealth() {
        return http(http, "/q/health");
    }

    URI workerHealth(int index) {
        return http(workers.get(index), "/health");
    }

    private static URI http(int port, String path) {
        return URI.create("http://" + HOST + ":" + port + path);
    }
}
