package io.quantfleet.agent.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import io.quantfleet.agent.inference.ServedModel.Serving;
import io.quantfleet.agent.serve.ClientRequests;
import io.quantfleet.agent.serve.ErrorKind;
import io.quantfleet.agent.serve.ModelException;
import io.quantfleet.agent.serve.Predictor;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Answers requests with the model that serves. A request is read, answered and counted while one and the same model
 * serves, so an exchange of models neither fails one nor counts it to the wrong deployment. Safe for use by several
 * threads.
 */
public final class InferenceApi {
    private static final int ID_BYTES = 8;

    private final JsonFactory json = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();
    private final ServedModel served;
    private final RequestObserver observer;
    private final String agentVersion;
    private final ClientRequests clients;
    private final RecentPredictions recent;
    private final RequestReader requests;
    private final FeedbackReader feedback = new FeedbackReader(json);

    /**
     * @param feedbackWithin how long after a request its true labels are taken
     * @param clients hears of every request for an answer
     */
    public InferenceApi(
            ServedModel served,
            RequestObserver observer,
            String agentVersion,
            Duration feedbackWithin,
            ClientRequests clients) {
        this.served = served;
        this.observer = observer;
        this.agentVersion = agentVersion;
        this.clients = clients;
        this.recent = new RecentPredictions(feedbackWithin, System::nanoTime);
        SecureRandom random = new SecureRandom();
        this.requests = new RequestReader(json, () -> randomId(random));
    }

    ResponseBody server() {
        return ResponseBody.server(json, agentVersion);
    }

    ResponseBody live() {
        return ResponseBody.flag(json, "live", true);
    }

    boolean isReady() {
        return served.use(serving -> serving.predictor().isPresent()).orElse(false);
    }

    ResponseBody ready(boolean ready) {
        return ResponseBody.flag(json, "ready", ready);
    }

    ResponseBody error(String message) {
        return ResponseBody.error(json, message);
    }

    ResponseBody modelReady(Endpoint of) {
        return using(of, (serving, model) -> ResponseBody.modelReady(json, serving));
    }

    ResponseBody metadata(Endpoint of) {
        return using(of, (serving, model) -> ResponseBody.metadata(json, serving, model));
    }

    ResponseBody infer(Endpoint with, RequestBody body) {
        try (ClientRequests.Request unused = clients.arrived()) {
            return answer(with, body);
        } catch (RequestException e) {
            observer.failed(e.status() == RequestException.UNAVAILABLE ? ErrorKind.NO_MODEL : ErrorKind.REQUEST);
            throw e;
        }
    }

    private ResponseBody answer(Endpoint with, RequestBody body) {
        return using(with, (serving, model) -> {
            InferRequest request = requests.read(body, model);
            try {
                Predictor.Prediction prediction = model.predict(request.inputs(), request.outputNames());
                recent.add(serving.deploymentId(), request.id(), prediction.labels());
                observer.answered(prediction);
                return ResponseBody.prediction(json, serving, request, prediction);
            } catch (ModelException e) {
                observer.failed(e.kind());
                throw e;
            }
        });
    }

    ResponseBody feedback(Endpoint on, byte[] body) {
        return using(on, (serving, model) -> {
            FeedbackReader.Feedback given = feedback.read(body, model.labelNames());
            List<Integer> chosen =
                    recent.find(serving.deploymentId(), given.id()).orElseThrow(() -> unknown(given.id()));
            if (chosen.size() != given.labels().size()) {
                throw RequestException.bad("request '" + given.id() + "' had " + chosen.size() + " samples, and "
                        + given.labels().size() + " labels came for it");
            }
            if (!recent.take(given.id())) {
                throw unknown(given.id());
            }
            int right = 0;
            for (int sample = 0; sample < chosen.size(); sample++) {
                right += chosen.get(sample).equals(given.labels().get(sample)) ? 1 : 0;
            }
            observer.judged(right, chosen.size() - right);
            return ResponseBody.judged(json, given.id(), right, chosen.size() - right);
        });
    }

    private static RequestException unknown(String id) {
        return new RequestException(
                RequestException.NOT_FOUND,
                "no request '" + id
                        + "' waits for its labels: there was none, it is too long ago, it has been judged, or"
                        + " another model serves by now");
    }

    private <T> T using(Endpoint endpoint, BiFunction<Serving, Predictor, T> user) {
        return served.use(serving -> {
                    requireMatch(endpoint, serving);
                    return user.apply(
                            serving,
                            serving.predictor()
                                    .orElseThrow(() -> new RequestException(
                                            RequestException.UNAVAILABLE,
                                            "model '" + serving.name() + "' has inputs or outputs that requests can't"
                                                    + " carry; the agent's log names them")));
                })
                .orElseThrow(() -> new RequestException(
                        RequestException.UNAVAILABLE, "no model serves yet; ask again when /v2/health/ready says 200"));
    }

    private static void requireMatch(Endpoint endpoint, Serving serving) {
        String asked = endpoint.model().orElse("");
        if (!asked.equals(serving.name())) {
            throw new RequestException(
                    RequestException.NOT_FOUND, "no model '" + asked + "' serves; '" + serving.name() + "' does");
        }
        if (endpoint.version()
                .filter(version -> !version.equals(serving.version()))
                .isPresent()) {
            throw new RequestException(
                    RequestException.NOT_FOUND,
                    "version " + endpoint.version().orElse("") + " of '" + asked + "' does not serve; version "
                            + serving.version() + " does. Leave /versions/… out to ask whichever serves");
        }
    }

    private static String randomId(SecureRandom random) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
