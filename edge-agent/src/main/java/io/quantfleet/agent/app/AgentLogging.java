package io.quantfleet.agent.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.slf4j.Logger;

/**
 * How the agent logs where nobody says otherwise: lines on the console. Said in code, because Logback's XML and its
 * patterns bring some four hundred classes, which cost a small board a good part of its start and of the agent's memory. Holds only in a
 * process that asked for it with {@link #use()}: other programs have this class on their class path, too.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class AgentLogging extends ContextAwareBase implements Configurator {
    private static final String ASKED_FOR = "quantfleet.agent.logging";

    /** To be called before the first logger is made. Without effect where {@code logback.configurationFile} is set. */
    static void use() {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty(ASKED_FOR, "console");
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty(ASKED_FOR) == null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Lines layout = new Lines();
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> lines = new LayoutWrappingEncoder<>();
        lines.setContext(context);
        lines.setLayout(layout);
        lines.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setName("console");
        console.setEncoder(lines);
        console.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(console);
        context.getLogger("io.quantfleet").setLevel(level());
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Level level() {
        return Level.toLevel(
                Optional.ofNullable(System.getenv("QUANTFLEET_LOG_LEVEL")).orElse("INFO"), Level.INFO);
    }

    /** When, how grave, on which thread, by which class, what. */
    private static final class Lines extends LayoutBase<ILoggingEvent> {
        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());

        @Override
        public String doLayout(ILoggingEvent event) {
            StringBuilder line = new StringBuilder(160);
            TIME.formatTo(event.getInstant(), line);
            pad(line.append(' '), event.getLevel().toString(), 5);
            pad(line.append(' '), event.getThreadName(), 9);
            String logger = event.getLoggerName();
            line.append(' ')
                    .append(logger, logger.lastIndexOf('.') + 1, logger.length())
                    .append(" - ")
                    .append(event.getFormattedMessage())
                    .append(System.lineSeparator());
            Optional.ofNullable(event.getThrowableProxy())
                    .map(ThrowableProxyUtil::asString)
                    .ifPresent(trace -> line.append(trace));
            return line.toString();
        }

        private static void pad(StringBuilder line, String text, int width) {
            line.append(text);
            for (int i = text.length(); i < width; i++) {
                line.append(' ');
            }
        }
    }
}
