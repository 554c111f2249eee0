package io.quantfleet.protocols.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import java.util.List;
import java.util.stream.Stream;

/** Messages with every field set to a value that follows from its number, so that a renumbered field shows. */
final class Populated {
    private Populated() {}

    /** One message for each way to fill the type's oneof; a single one where it has none. */
    static List<DynamicMessage> of(Descriptor type) {
        return type.getRealOneofs().isEmpty()
                ? List.of(build(type, null))
                : type.getRealOneofs().get(0).getFields().stream()
                        .map(chosen -> build(type, chosen))
                        .toList();
    }

    private static DynamicMessage build(Descriptor type, FieldDescriptor chosen) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            if (field.getRealContainingOneof() != null && field != chosen) {
                continue;
            }
            if (field.isRepeated()) {
                values(field).forEach(value -> message.addRepeatedField(field, value));
            } else {
                message.setField(field, values(field).findFirst().orElseThrow());
            }
        }
        return message.build();
    }

    private static Stream<?> values(FieldDescriptor field) {
        int number = field.getNumber();
        return switch (field.getJavaType()) {
            case INT -> Stream.of(number);
            case LONG -> Stream.of((long) number);
            case FLOAT -> Stream.of(number + 0.5f);
            case DOUBLE -> Stream.of(number + 0.25);
            case BOOLEAN -> Stream.of(true);
            case STRING -> Stream.of(field.getName() + "-" + number);
            case BYTE_STRING -> Stream.of(ByteString.copyFrom(new byte[] {(byte) number}));
            case ENUM -> field.getEnumType().getValues().stream().filter(value -> value.getNumber() > 0);
            case MESSAGE -> of(field.getMessageType()).stream();
        };
    }
}
