package io.quantfleet.controlplane;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quantfleet.controlplane.testing.Api;
import io.quantfleet.controlplane.testing.EmbeddedParts;
import io.quantfleet.controlplane.testing.WorkerStory;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Lists of models and of jobs: filtered as lists of devices are, page by page. */
@QuarkusTest
@WithTestResource(EmbeddedParts.class)
class ListsIT extends WorkerStory {
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

    private static Response list(String path, String filter, int limit) {
        return given().queryParam("filter", filter).queryParam("limit", limit).get("/api/v1/" + path);
    }

    private static String next(Response page) {
        Matcher link = NEXT.matcher(page.getHeader("Link"));
        assertThat(link.find()).isTrue();
        return link.group(1);
    }

    @Test
    void modelsAreFilteredAndPaged() {
        Api.register("lists-a", "graph a").statusCode(201);
        Api.register("lists-b", "graph b").statusCode(201);
        Api.register("lists-b", "graph b, better").statusCode(201);

        assertThat(list("models", "name like lists-* and versions > 1", 10)
                        .jsonPath()
                        .getList("name"))
                .isEqualTo(List.of("lists-b"));
        Response first = list("models", "name like lists-* and registered < 1h", 1);
        assertThat(first.jsonPath().getList("name")).isEqualTo(List.of("lists-a"));
        assertThat(given().urlEncodingEnabled(false).get(next(first)).jsonPath().getList("name"))
                .isEqualTo(List.of("lists-b"));
    }

    @Test
    void jobsAreFilteredAndPagedNewestFirst() throws Exception {
        quantizedModel("lists-jobs");

        assertThat(list("jobs", "model = lists-jobs and class in (rpi-cpu, gpu) and state = READY", 10)
                        .jsonPath()
                        .getList("deviceClass"))
                .hasSize(2);
        Response first = list("jobs", "model = lists-jobs and class in (rpi-cpu, gpu, phone-npu)", 2);
        assertThat(first.jsonPath().getList("jobId")).hasSize(2);
        assertThat(given().urlEncodingEnabled(false).get(next(first)).jsonPath().getList("jobId"))
                .hasSize(1)
                .doesNotContainAnyElementsOf(first.jsonPath().getList("jobId"));
    }

    @Test
    void aMistakeIsShownWhereItIs() {
        list("models", "nam = resnet", 10)
                .then()
                .statusCode(400)
                .body("code", equalTo("FILTER_INVALID"))
                .body("position", equalTo(1));
        list("jobs", "state = DONE", 10).then().statusCode(400).body("position", equalTo(9));
        given().queryParam("cursor", "bm90IGEgam9i")
                .get("/api/v1/jobs")
                .then()
                .statusCode(400)
                .body("code", equalTo("REQUEST_INVALID"));
    }
}
