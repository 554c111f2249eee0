package io.quantfleet.cli.broker;

/** What a client shows the broker. */
public record Login(String userName, String password) {}
