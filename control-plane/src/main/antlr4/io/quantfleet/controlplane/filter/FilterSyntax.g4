// The language that selects devices, fleets and rollouts; docs/devices-and-fleets.md describes it for users.
grammar FilterSyntax;

options { caseInsensitive = true; }

filter : disjunction EOF ;

disjunction : conjunction ( OR conjunction )* ;

conjunction : negation ( AND negation )* ;

negation : NOT negation # negated
         | LPAREN disjunction RPAREN # nested
         | comparison # plain
         ;

comparison : field condition ;

condition : operator=( EQ | NE | LT | LE | GT | GE ) value # compared
          | NOT? LIKE value # matched
          | NOT? IN LPAREN value ( COMMA value )* RPAREN # contained
          ;

field : WORD | QUOTED_LABEL ;

value : WORD | STRING ;

AND : 'and' ;
OR : 'or' ;
NOT : 'not' ;
IN : 'in' ;
LIKE : 'like' ;

EQ : '=' ;
NE : '!=' ;
LE : '<=' ;
LT : '<' ;
GE : '>=' ;
GT : '>' ;
LPAREN : '(' ;
RPAREN : ')' ;
COMMA : ',' ;

QUOTED_LABEL : 'label.' STRING ;

STRING : '"' ( '\\' . | ~["\\] )* '"'
       | '\'' ( '\\' . | ~['\\] )* '\''
       ;

// The longest match wins: this one only where no quote closes.
UNCLOSED : '"' ( '\\' . | ~["\\] )*
         | '\'' ( '\\' . | ~['\\] )*
         ;

WORD : [\p{L}\p{N}_*?] [\p{L}\p{N}_*?.:/+@%-]* ;

SPACE : [ \t\r\n]+ -> skip ;

// Whatever else there is reaches the parser, which says what it expected instead.
STRAY : . ;
