package io.quantfleet.controlplane.filter;

import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jspecify.annotations.Nullable;

/** From ANTLR's tree to ours. */
final class ExpressionBuilder extends FilterSyntaxBaseVisitor<Expression> {
    private static final int LABEL_PREFIX = "label.".length();

    @Override
    public Expression visitFilter(FilterSyntaxParser.FilterContext filter) {
        return visit(filter.disjunction());
    }

    @Override
    public Expression visitDisjunction(FilterSyntaxParser.DisjunctionContext any) {
        List<Expression> parts = any.conjunction().stream().map(this::visit).toList();
        return parts.size() == 1 ? parts.get(0) : new Expression.Or(parts);
    }

    @Override
    public Expression visitConjunction(FilterSyntaxParser.ConjunctionContext all) {
        List<Expression> parts = all.negation().stream().map(this::visit).toList();
        return parts.size() == 1 ? parts.get(0) : new Expression.And(parts);
    }

    @Override
    public Expression visitNegated(FilterSyntaxParser.NegatedContext not) {
        return new Expression.Not(visit(not.negation()));
    }

    @Override
    public Expression visitNested(FilterSyntaxParser.NestedContext nested) {
        return visit(nested.disjunction());
    }

    @Override
    public Expression visitPlain(FilterSyntaxParser.PlainContext plain) {
        return visit(plain.comparison());
    }

    @Override
    public Expression visitComparison(FilterSyntaxParser.ComparisonContext comparison) {
        Term field = term(comparison.field());
        FilterSyntaxParser.ConditionContext condition = comparison.condition();
        if (condition instanceof FilterSyntaxParser.MatchedContext matched) {
            return negatedIf(
                    matched.NOT(),
                    comparison(field, Operator.LIKE, matched.LIKE().getSymbol(), List.of(matched.value())));
        }
        if (condition instanceof FilterSyntaxParser.ContainedContext contained) {
            return negatedIf(
                    contained.NOT(),
                    comparison(field, Operator.IN, contained.IN().getSymbol(), contained.value()));
        }
        FilterSyntaxParser.ComparedContext compared = (FilterSyntaxParser.ComparedContext) condition;
        return comparison(field, operator(compared.operator), compared.operator, List.of(compared.value()));
    }

    private static Expression comparison(
            Term field, Operator operator, Token token, List<FilterSyntaxParser.ValueContext> values) {
        return new Expression.Comparison(
                field,
                operator,
                FilterParsing.position(token),
                values.stream().map(ExpressionBuilder::term).toList());
    }

    private static Expression negatedIf(@Nullable TerminalNode not, Expression expression) {
        return not == null ? expression : new Expression.Not(expression);
    }

    private static Operator operator(Token token) {
        for (Operator operator : Operator.values()) {
            if (operator.symbol().equals(token.getText())) {
                return operator;
            }
        }
        throw new IllegalStateException("the grammar has an operator that we don't: " + token.getText());
    }

    private static Term term(ParserRuleContext context) {
        Token token = context.getStart();
        String text = token.getText();
        int position = FilterParsing.position(token);
        return switch (token.getType()) {
            case FilterSyntaxLexer.STRING -> new Term(unquoted(text, position), position, true);
            case FilterSyntaxLexer.QUOTED_LABEL ->
                new Term("label." + unquoted(text.substring(LABEL_PREFIX), position + LABEL_PREFIX), position, true);
            default -> new Term(text, position, false);
        };
    }

    private static String unquoted(String quoted, int position) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            char next = quoted.charAt(i) == '\\' ? quoted.charAt(++i) : quoted.charAt(i);
            if (Character.isISOControl(next)) {
                throw new FilterException(position, "this text holds a control character");
            }
            text.append(next);
        }
        return text.toString();
    }
}
