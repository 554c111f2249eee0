package io.quantfleet.controlplane.filter;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.jspecify.annotations.Nullable;

/** From text to an {@link Expression}. The first mistake is the one that is told. */
final class FilterParsing {
    static final int MAX_LENGTH = 4096;
    static final int MAX_DEPTH = 50;
    static final int MAX_VALUES = 1000;

    private FilterParsing() {}

    /** @throws FilterException naming the character and what was expected there */
    static Expression parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new FilterException(
                    MAX_LENGTH + 1, "the filter is too long: at most " + MAX_LENGTH + " characters are read");
        }
        FilterSyntaxLexer lexer = new FilterSyntaxLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        CommonTokenStream tokens = new CommonTokenStream(lexer);
        tokens.fill();
        checkLimits(tokens.getTokens());
        FilterSyntaxParser parser = new FilterSyntaxParser(tokens);
        parser.removeErrorListeners();
        parser.addErrorListener(new Mistakes());
        return new ExpressionBuilder().visit(parser.filter());
    }

    // Before the parser descends: it needs stack for each level.
    private static void checkLimits(List<Token> tokens) {
        int depth = 0;
        int negations = 0;
        int values = 0;
        for (Token token : tokens) {
            int type = token.getType();
            depth += type == FilterSyntaxLexer.LPAREN ? 1 : type == FilterSyntaxLexer.RPAREN ? -1 : 0;
            negations =
                    type == FilterSyntaxLexer.NOT ? negations + 1 : type == FilterSyntaxLexer.LPAREN ? negations : 0;
            values += type == FilterSyntaxLexer.WORD || type == FilterSyntaxLexer.STRING ? 1 : 0;
            if (depth + negations > MAX_DEPTH) {
                throw new FilterException(position(token), "nested too deeply: at most " + MAX_DEPTH + " levels");
            }
            if (values > MAX_VALUES) {
                throw new FilterException(position(token), "too long: at most " + MAX_VALUES + " names and values");
            }
        }
    }

    static int position(Token token) {
        return token.getStartIndex() + 1;
    }

    /** Turns the first mistake into an exception; there is no second. */
    private static final class Mistakes extends BaseErrorListener {
        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                Object offending,
                int line,
                int column,
                String message,
                @Nullable RecognitionException cause) {
            Token token = (Token) offending;
            throw new FilterException(position(token), describe(token, expected((Parser) recognizer)));
        }

        private static String describe(Token token, String expected) {
            if (token.getType() == FilterSyntaxLexer.UNCLOSED) {
                return "this quote is never closed";
            }
            String found = token.getType() == Token.EOF ? "the filter ends here" : "found '" + token.getText() + "'";
            return "expected " + expected + ", but " + found;
        }

        private static String expected(Parser parser) {
            Set<String> names = new LinkedHashSet<>();
            parser.getExpectedTokens().toSet().stream().sorted().forEach(type -> names.add(name(type)));
            // Where a comparison may begin, 'not' and '(' may stand too; the field is what people look for.
            boolean begins = names.contains("'not'") && names.contains("'('");
            if (begins) {
                return "a field, as in 'class = rpi-cpu', or 'not', or '('";
            }
            // Where a comparison has ended, ANTLR has left the loops of 'and' and 'or' when it finds the mistake.
            if (names.contains("the end") || names.equals(Set.of("')'"))) {
                names.addAll(List.of("'and'", "'or'"));
            }
            List<String> all = List.copyOf(names);
            String last = all.get(all.size() - 1);
            return all.size() == 1 ? last : String.join(", ", all.subList(0, all.size() - 1)) + " or " + last;
        }

        private static String name(int type) {
            return switch (type) {
                case Token.EOF -> "the end";
                case FilterSyntaxLexer.WORD, FilterSyntaxLexer.STRING, FilterSyntaxLexer.QUOTED_LABEL -> "a value";
                case FilterSyntaxLexer.EQ,
                        FilterSyntaxLexer.NE,
                        FilterSyntaxLexer.LT,
                        FilterSyntaxLexer.LE,
                        FilterSyntaxLexer.GT,
                        FilterSyntaxLexer.GE -> "a comparison (=, !=, <, <=, >, >=)";
                default -> FilterSyntaxLexer.VOCABULARY.getDisplayName(type).toLowerCase(java.util.Locale.ROOT);
            };
        }
    }
}
